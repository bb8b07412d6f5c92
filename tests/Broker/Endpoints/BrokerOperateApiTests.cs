using System.Net;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Broker.Stores;

namespace Hobom.Slices.Tests.Broker.Endpoints;

/// <summary>What operators change by the routes.</summary>
public sealed class BrokerOperateApiTests : BrokerApiTest
{
    [Fact]
    public async Task Readers_change_nothing()
    {
        using var publish = Request(HttpMethod.Post, "/broker/events", Role.Reader);
        Assert.Equal(HttpStatusCode.Forbidden, (await Client.SendAsync(publish)).StatusCode);
    }

    [Fact]
    public async Task An_event_that_nobody_wants_says_so_and_is_replayed_to_a_consumer_that_comes()
    {
        await PostAsync("/broker/events", """{"id":"a/b","source":"s","type":"lonely"}""");
        for (var i = 0; i < 500 && await AloneAsync() == 0; i++) await Task.Delay(20);
        Assert.StartsWith("a consumer", (await GetAsync("/broker/events/s/a%2Fb/explain")).GetProperty("waitsFor").GetString(), StringComparison.Ordinal);
        var (replayed, _) = await PostAsync("/broker/events/s/a%2Fb/replay?consumer=bytes", "");
        Assert.Equal(HttpStatusCode.Accepted, replayed);
        for (var i = 0; i < 500 && (await GetAsync("/broker/events/s/a%2Fb")).GetProperty("status").GetString() != "completed"; i++) await Task.Delay(20);
        Assert.Equal("completed", (await GetAsync("/broker/events/s/a%2Fb")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task An_event_that_is_not_given_out_yet_is_not_replayed_and_the_caller_hears_why()
    {
        using var off = Request(HttpMethod.Put, "/broker/settings/outbox-processor-enabled?value=false", Role.Operator);
        Assert.Equal(HttpStatusCode.OK, (await Client.SendAsync(off)).StatusCode);
        // A turn that was under way when it was switched off may still take the first.
        var replayed = HttpStatusCode.Accepted;
        for (var i = 0; i < 500 && replayed is not HttpStatusCode.Conflict; i++)
        {
            await PostAsync("/broker/events", $$"""{"id":"w{{i}}","source":"s","type":"waits"}""");
            (replayed, var refused) = await PostAsync($"/broker/events/s/w{i}/replay?consumer=bytes", "");
            if (replayed is HttpStatusCode.Conflict)
                Assert.StartsWith("the event is not given out", refused.GetProperty("error").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Conflict, replayed);
        var (unknown, _) = await PostAsync("/broker/events/s/none/replay?consumer=bytes", "");
        Assert.Equal(HttpStatusCode.NotFound, unknown);
    }

    [Fact]
    public async Task Consumers_are_added_paused_resumed_and_removed_and_their_secrets_are_not_shown()
    {
        const string body = """{"kind":"webhook","pattern":"x.*","url":"https://example.com/hook","secrets":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],"retry_policy":{"max_retries":0}}""";
        var added = await SendAsync("PUT", "/broker/consumers/hook", body, Role.Editor);
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        Assert.DoesNotContain("whsec_", await added.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await PostAsync("/broker/consumers/hook/pause", "");
        Assert.Equal("paused", (await HookAsync()).GetProperty("state").GetString());
        await PostAsync("/broker/consumers/hook/resume", "");
        Assert.Equal("active", (await HookAsync()).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Client.SendAsync(Request(HttpMethod.Delete, "/broker/consumers/hook", Role.Operator))).StatusCode);
        var again = await Client.SendAsync(Request(HttpMethod.Delete, "/broker/consumers/hook", Role.Operator));
        Assert.Contains("subscription not found: hook", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_that_a_change_does_not_name_stay_and_an_empty_list_takes_them_away()
    {
        const string known = """{"kind":"webhook","pattern":"x.*","url":"https://example.com/hook" """;
        await SendAsync("PUT", "/broker/consumers/hook", known + ""","secrets":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}""", Role.Editor);
        foreach (var (rest, left) in new[] { (""","priority":3}""", 1), (""","secrets":null}""", 1), (""","secrets":[]}""", 0), ("}", 0) })
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", "/broker/consumers/hook", known + rest)).StatusCode);
            Assert.Equal(left, (await HookAsync()).GetProperty("secrets").GetInt32());
        }
    }

    /// <summary>An operator sees no payloads, and so cannot have them sent where nobody who sees them has said.</summary>
    [Theory]
    [InlineData("hook", """{"kind":"webhook","pattern":"x.*","url":"https://example.com/hook/two"}""")]
    [InlineData("hook", """{"kind":"kafka","pattern":"x.*","topic":"t"}""")]
    [InlineData("out", """{"kind":"kafka","pattern":"x.*","topic":"other"}""")]
    [InlineData("out", """{"kind":"webhook","pattern":"x.*","url":"https://example.com/hook"}""")]
    [InlineData("new", """{"kind":"webhook","pattern":"x.*","url":"https://example.com/hook"}""")]
    [InlineData("new", """{"kind":"kafka","pattern":"x.*","topic":"t"}""")]
    public async Task Another_address_or_topic_is_for_those_who_may_see_payloads_as_well(string name, string other)
    {
        const string hook = """{"kind":"webhook","pattern":"PATTERN","url":"https://example.com/hook"}""";
        const string topic = """{"kind":"kafka","pattern":"PATTERN","topic":"t"}""";
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", "/broker/consumers/hook", hook, Role.Editor)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", "/broker/consumers/out", topic, RoleHeader.Backend)).StatusCode);
        var before = (await GetAsync("/broker/consumers")).GetRawText();
        var refused = await SendAsync("PUT", $"/broker/consumers/{name}", other);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var told = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        Assert.Equal(Role.Payload, told.RootElement.GetProperty("needs").GetString());
        Assert.Equal(before, (await GetAsync("/broker/consumers")).GetRawText());
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("PUT", $"/broker/consumers/{name}", other, Role.Payload)).StatusCode);

        // All else of those that are there is an operator's to change.
        var known = (name is "out" ? topic : hook).Replace("PATTERN", "y.*", StringComparison.Ordinal);
        Assert.Equal(
            name is "new" ? HttpStatusCode.Forbidden : HttpStatusCode.OK, (await SendAsync("PUT", $"/broker/consumers/{name}", known)).StatusCode);
    }

    [Fact]
    public async Task The_audit_tells_where_a_consumer_sends_and_nothing_of_a_path()
    {
        await SendAsync("PUT", "/broker/consumers/hook", """{"kind":"webhook","pattern":"x.*","url":"https://example.com:8443/canary?k=canary"}""", Role.Editor);
        await SendAsync("PUT", "/broker/consumers/out", """{"kind":"kafka","pattern":"x.*","topic":"t"}""", Role.Editor);
        var audit = (await GetAsync("/broker/audit", Role.Auditor)).GetRawText();
        Assert.Contains("x.* to webhook https://example.com:8443\"", audit, StringComparison.Ordinal);
        Assert.Contains("x.* to kafka t\"", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_C_sharp_handler_of_another_process_is_not_made_a_webhook()
    {
        var handler = StoreSamples.Consumer("elsewhere", "x.*");
        Assert.True(await Slice.Open!.Store.Consumers.Save(handler, default).Right());
        var refused = await SendAsync(
            "PUT", "/broker/consumers/elsewhere", """{"kind":"webhook","pattern":"y.*","url":"https://example.com/hook"}""", Role.Editor);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("x.*", (await Slice.Open.Store.Consumers.All(default).Right()).Single(c => c.Name == "elsewhere").Pattern.Text);
    }

    [Fact]
    public async Task Settings_change_while_it_runs_and_a_bad_value_is_refused()
    {
        using var change = Request(HttpMethod.Put, "/broker/settings/outbox-batch-size?value=20", Role.Operator);
        Assert.Equal(HttpStatusCode.OK, (await Client.SendAsync(change)).StatusCode);
        Assert.Equal("20", (await GetAsync("/broker/settings")).GetProperty("outbox-batch-size").GetString());
        using var bad = Request(HttpMethod.Put, "/broker/settings/outbox-batch-size?value=0", Role.Operator);
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.SendAsync(bad)).StatusCode);
    }

    [Theory]
    [InlineData("""{"kind":"kafka","topic":"t","pattern":null}""", "pattern", "pattern cannot be empty")]
    [InlineData("""{"kind":null,"pattern":"a"}""", "kind", "kind is webhook or kafka; C# handlers register themselves")]
    [InlineData("""{"kind":"kafka","topic":null,"pattern":"a"}""", "topic", "topic is 1 to 249 letters, digits, dots, underscores or hyphens")]
    [InlineData("""{"kind":"webhook","url":null,"pattern":"a"}""", "url", "url is an http or https address without a user")]
    [InlineData("""{"kind":"kafka","topic":"t","pattern":"a","ordering":null}""", "ordering", "ordering is none or key")]
    [InlineData("""{"kind":"kafka","topic":"t","pattern":"a","cloud_events":"text"}""", "cloud_events", "cloud_events is binary, structured or false")]
    [InlineData("""{"kind":"kafka","topic":"t","pattern":"a","cloud_events":[{}]}""", "cloud_events", "cloud_events is binary, structured or false")]
    [InlineData("""{"kind":"webhook","url":"https://a.example","pattern":"a","secrets":[null]}""", "secrets", "a secret is whsec_ and 24 to 64 bytes in base64")]
    [InlineData("null", null, "a consumer is a JSON object")]
    public async Task A_consumer_with_a_member_that_is_none_is_refused_by_name(string body, string? field, string error) =>
        await AssertRefusedAsync(await SendAsync("PUT", "/broker/consumers/odd", body), field, error);

    [Theory]
    [InlineData("true", "binary")]
    [InlineData("\"binary\"", "binary")]
    [InlineData("\"structured\"", "structured")]
    [InlineData("false", null)]
    [InlineData("null", null)]
    public async Task The_form_of_cloud_events_is_read_as_it_is_written(string written, string? form)
    {
        var answer = await SendAsync(
            "PUT", "/broker/consumers/cloud", $$"""{"kind":"kafka","topic":"t","pattern":"a","cloud_events":{{written}}}""", Role.Editor);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var shown = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(form, shown.RootElement.GetProperty("cloud_events").GetString());
    }

    [Theory]
    [InlineData("""{"consumer":null}""", "consumer", "consumer is required")]
    [InlineData("""{"consumer":"bytes","ids":[null]}""", "ids", "ids are 1 to 1000, each a text")]
    [InlineData("""{"consumer":"bytes","ids":[]}""", "ids", "ids are 1 to 1000, each a text")]
    [InlineData("""{"consumer":"bytes","pattern":""}""", "pattern", "pattern cannot be empty")]
    [InlineData("null", null, "a replay is a JSON object")]
    public async Task A_replay_with_a_member_that_is_none_is_refused_by_name(string body, string? field, string error) =>
        await AssertRefusedAsync(await SendAsync("POST", "/broker/replays", body), field, error);

    [Theory]
    [InlineData("PUT", "/broker/consumers/odd", """{"kind":"kafka","topic":"t","pattern":"a","cloud_events":"\ud800"}""")]
    [InlineData("PUT", "/broker/consumers/odd", """{"kind":"kafka","topic":"t","pattern":"\ud800"}""")]
    [InlineData("POST", "/broker/replays", """{"consumer":"\ud800"}""")]
    public async Task Text_that_is_not_Unicode_is_refused(string method, string path, string body) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(method, path, body)).StatusCode);

    async Task<HttpResponseMessage> SendAsync(string method, string path, string body, string role = Role.Operator)
    {
        using var request = Request(new HttpMethod(method), path, role);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Client.SendAsync(request);
    }

    static async Task AssertRefusedAsync(HttpResponseMessage answer, string? field, string error)
    {
        using var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.BadRequest, error), (answer.StatusCode, told.RootElement.GetProperty("error").GetString()));
        Assert.Equal(field, told.RootElement.TryGetProperty("field", out var named) ? named.GetString() : null);
    }

    async Task<long> AloneAsync() => (await GetAsync("/broker/stats")).GetProperty("provider_stats").GetProperty("no_consumer_events").GetInt64();

    async Task<JsonElement> HookAsync() =>
        (await GetAsync("/broker/consumers")).EnumerateArray().Single(c => c.GetProperty("name").GetString() == "hook");
}
