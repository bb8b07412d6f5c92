using System.Net;
using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Http;

namespace Hobom.Slices.Tests.Broker.Endpoints;

/// <summary>Events that come in by the routes.</summary>
public sealed class BrokerPublishApiTests : BrokerApiTest
{
    [Fact]
    public async Task A_payload_reaches_the_handler_byte_for_byte()
    {
        const string payload = "{ \"a\":1.0e400, \"a\" :\"\\u00e4ä\",\"n\":12345678901234567890.10 }";
        var (status, answer) = await PostAsync("/broker/events?mode=sync", $$"""{"id":"e1","source":"shop","type":"shop.order.create","payload": {{payload}} }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("stored", answer.GetProperty("events")[0].GetProperty("result").GetString());
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(payload)), SHA256.HashData(Assert.Single(Handled)));
        var shown = await GetAsync("/broker/events/shop/e1");
        Assert.Equal(("completed", payload), (shown.GetProperty("status").GetString(), shown.GetProperty("payload").GetRawText()));
        Assert.False((await GetAsync("/broker/events/shop/e1", Role.Reader)).TryGetProperty("payload", out _));
    }

    [Fact]
    public async Task A_synchronous_publish_tells_the_last_failing_handlers_error_in_the_contracts_words()
    {
        var (status, answer) = await PostAsync("/broker/events?mode=sync", """{"id":"e1","source":"shop","type":"shop.bad"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("handler failed after 2 attempts: InvalidOperationException: no", answer.GetProperty("handlerError").GetString());
        Assert.Equal("failed", (await GetAsync("/broker/events/shop/e1")).GetProperty("status").GetString());
        Assert.Equal("ForAnOperator", (await GetAsync("/broker/events/shop/e1/explain")).GetProperty("handlings")[0].GetProperty("waitsFor").GetString());
    }

    [Fact]
    public async Task A_repeat_is_told_and_another_body_is_refused_and_a_batch_is_stored_whole_or_not_at_all()
    {
        const string first = """{"id":"e1","source":"s","type":"t","payload":1}""";
        await PostAsync("/broker/events", first);
        var (_, again) = await PostAsync("/broker/events", first);
        Assert.Equal("repeated", again.GetProperty("events")[0].GetProperty("result").GetString());
        var (status, refusal) = await PostAsync("/broker/events", """[{"id":"e2","source":"s","type":"t"},{"id":"e1","source":"s","type":"t","payload":2}]""");
        Assert.Equal((HttpStatusCode.Conflict, "event e1 of s is stored already, with another body"), (status, refusal.GetProperty("error").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await Client.SendAsync(Request(HttpMethod.Get, "/broker/events/s/e2", Role.Reader))).StatusCode);
    }

    [Theory]
    [InlineData("{\"source\":\"s\",\"id\":\"e\"}", "invalid event: event type is required", null)]
    [InlineData("{\"source\":\"s\",\"id\":\"\",\"type\":\"t\"}", "invalid event: event ID is required", null)]
    [InlineData("{\"source\":\"s\",\"type\":\"t\",\"instance_id\":\"\"}", "invalid event: instance ID is required", null)]
    [InlineData("{\"source\":\"s\",\"type\":\"t\",\"user_id\":\"7\"}", "user_id is no whole number", "user_id")]
    [InlineData("{\"source\":\"s\",\"type\":\"t\",\"tpye\":\"7\"}", "'tpye' is no field of an event", "tpye")]
    [InlineData("{\"source\":\"s\",\"type\":\"t\",\"payload\":[\"\\ud83d\"]}", "the event holds text that is not Unicode", null)]
    [InlineData("{\"source\":\"s\",\"type\":\"t\",\"\\ud83d\":1}", "the event holds text that is not Unicode", null)]
    [InlineData("[{\"source\":\"s\",\"type\":\"t\",\"metadata\":{\"user_email\":\"\\ud83d\"}},1]", "event 0 holds text that is not Unicode", null)]
    [InlineData("[]", "a batch has 1 to 1000 events", null)]
    public async Task A_bad_event_is_refused_by_name(string body, string error, string? field)
    {
        var (status, answer) = await PostAsync("/broker/events", body);
        Assert.Equal((HttpStatusCode.BadRequest, error), (status, answer.GetProperty("error").GetString()));
        Assert.Equal(field, answer.TryGetProperty("field", out var named) ? named.GetString() : null);
    }

    [Fact]
    public async Task CloudEvents_are_taken_structured_batched_and_binary_with_their_bytes()
    {
        const string structured = """{"specversion":"1.0","id":"c1","source":"/shop","type":"shop.a","subject":"s","data": [ 1.0 ]}""";
        Assert.Equal(HttpStatusCode.Accepted, await PostCloudAsync("application/cloudevents+json; charset=utf-8", structured));
        Assert.Equal(HttpStatusCode.Accepted, await PostCloudAsync("application/cloudevents-batch+json", $"[{structured.Replace("c1", "c2", StringComparison.Ordinal)}]"));
        Assert.Equal(
            HttpStatusCode.Accepted,
            await PostCloudAsync("application/json", "[ 1.0 ]", ("ce-specversion", "1.0"), ("ce-id", "c%203"), ("ce-source", "/shop"), ("ce-type", "shop.a"), ("ce-subject", "s")));
        foreach (var id in new[] { "c1", "c2", "c%203" })
        {
            var shown = await GetAsync($"/broker/events/%2Fshop/{id}");
            Assert.Equal(("[ 1.0 ]", "s"), (shown.GetProperty("payload").GetRawText(), shown.GetProperty("metadata").GetProperty("subject").GetString()));
        }

        Assert.Equal(HttpStatusCode.BadRequest, await PostCloudAsync("application/cloudevents+json", structured.Replace("1.0\"", "0.3\"", StringComparison.Ordinal)));
    }

    /// <summary>No store can keep an empty key as one.</summary>
    [Fact]
    public async Task A_CloudEvent_with_an_empty_partition_key_has_none()
    {
        const string structured = """{"specversion":"1.0","id":"c1","source":"shop","type":"shop.a","partitionkey":"","data":1}""";
        Assert.Equal(HttpStatusCode.Accepted, await PostCloudAsync("application/cloudevents+json", structured));
        Assert.Equal(
            HttpStatusCode.Accepted,
            await PostCloudAsync("application/json", "1", ("ce-specversion", "1.0"), ("ce-id", "c2"), ("ce-source", "shop"), ("ce-type", "shop.a"), ("ce-partitionkey", "")));
        foreach (var id in new[] { "c1", "c2" })
            Assert.False((await GetAsync($"/broker/events/shop/{id}")).TryGetProperty("ordering_key", out var key) && key.ValueKind is not System.Text.Json.JsonValueKind.Null);
    }

    async Task<HttpStatusCode> PostCloudAsync(string type, string body, params (string Name, string Value)[] headers)
    {
        using var request = Request(HttpMethod.Post, "/broker/events", Role.Operator);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        using var answer = await Client.SendAsync(request);
        return answer.StatusCode;
    }
}
