using System.Net;
using System.Text.Json;
using Hobom.Slices.Http;

namespace Hobom.Slices.Tests.Broker.Endpoints;

/// <summary>Rows of the contract that only the routes show.</summary>
public sealed class BrokerApiRowTests : BrokerApiTest
{
    static readonly string[] Derived =
        ["status", "retry_count", "error", "processed_at", "completed_at", "no_consumer_since", "expired_at", "handlings"];

    [Fact]
    public async Task E1_a_new_event_has_an_id_a_time_its_status_and_metadata()
    {
        var (_, answer) = await PostAsync("/broker/events", """{"source":"database","type":"lonely","metadata":{"a":"text","b":2}}""");
        var id = answer.GetProperty("events")[0].GetProperty("id").GetString()!;
        Assert.True(Guid.TryParseExact(id, "D", out _));
        var shown = await GetAsync($"/broker/events/database/{id}");
        Assert.Equal(
            ("database", "lonely", "pending", """{"a":"text","b":2}"""),
            (shown.GetProperty("source").GetString(), shown.GetProperty("type").GetString(), shown.GetProperty("status").GetString(),
                shown.GetProperty("metadata").GetRawText()));
        Assert.InRange(shown.GetProperty("created_at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        // Also where the publisher gave none: and that is no other event.
        foreach (var (metadata, result) in ((string, string)[])[("", "stored"), (""","metadata":{}""", "repeated"), (""","metadata":null""", "repeated")])
        {
            var (_, again) = await PostAsync("/broker/events", $$"""{"id":"bare","source":"database","type":"lonely"{{metadata}}}""");
            Assert.Equal(result, again.GetProperty("events")[0].GetProperty("result").GetString());
            Assert.Equal("{}", (await GetAsync("/broker/events/database/bare")).GetProperty("metadata").GetRawText());
        }
    }

    [Fact]
    public async Task E10_what_is_shown_of_an_event_is_the_same_event_again()
    {
        await PostAsync("/broker/events", """{"id":"e1","source":"database","type":"lonely","user_id":123,"payload":{"name":"John Doe"}}""");
        var shown = await GetAsync("/broker/events/database/e1");
        Assert.Equal((123, "John Doe"), (shown.GetProperty("user_id").GetInt64(), shown.GetProperty("payload").GetProperty("name").GetString()));
        var fields = shown.EnumerateObject().Where(f => !Derived.Contains(f.Name) && f.Value.ValueKind is not JsonValueKind.Null)
            .Select(f => $"\"{f.Name}\":{f.Value.GetRawText()}");
        var (status, again) = await PostAsync("/broker/events", $"{{{string.Join(',', fields)}}}");
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("repeated", again.GetProperty("events")[0].GetProperty("result").GetString());
    }

    [Fact]
    public async Task B9_M1_statistics_name_the_instance_the_store_what_was_published_and_what_was_processed()
    {
        for (var i = 0; i < 3; i++) await PostAsync("/broker/events?mode=sync", $$"""{"id":"e{{i}}","source":"shop","type":"shop.order.create"}""");
        var stats = await GetAsync("/broker/stats");
        Assert.Equal(
            (Slice.Settings.InstanceId, 3, 3, 0, 1),
            (stats.GetProperty("instance_id").GetString(), stats.GetProperty("total_published").GetInt64(),
                stats.GetProperty("total_processed").GetInt64(), stats.GetProperty("total_failed").GetInt64(),
                stats.GetProperty("active_subscribers").GetInt32()));
        var store = stats.GetProperty("provider_stats");
        Assert.Equal(("memory", 3), (store.GetProperty("provider_type").GetString(), store.GetProperty("total_events").GetInt64()));
    }

    /// <summary>The predecessor's stop waited for every open stream, and streams for nothing but their own end.</summary>
    [Fact]
    public async Task D7_a_stop_waits_for_nobody_who_watches()
    {
        using var request = Request(HttpMethod.Get, "/broker/events/live", Role.Reader);
        request.Headers.Add("Last-Event-ID", "0");
        using var answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await PostAsync("/broker/events", """{"id":"l1","source":"s","type":"live.a"}""");
        Assert.Equal(["l1"], await IdsAsync(lines, 1));
        await StopAsync();
    }
}
