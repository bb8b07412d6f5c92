using System.Net;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Http;

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
    public async Task Consumers_are_added_paused_resumed_and_removed_and_their_secrets_are_not_shown()
    {
        const string body = """{"kind":"webhook","pattern":"x.*","url":"https://example.com/hook","secrets":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],"retry_policy":{"max_retries":0}}""";
        using var put = Request(HttpMethod.Put, "/broker/consumers/hook", Role.Operator);
        put.Content = new StringContent(body, Encoding.UTF8, "application/json");
        var added = await Client.SendAsync(put);
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
    public async Task Settings_change_while_it_runs_and_a_bad_value_is_refused()
    {
        using var change = Request(HttpMethod.Put, "/broker/settings/outbox-batch-size?value=20", Role.Operator);
        Assert.Equal(HttpStatusCode.OK, (await Client.SendAsync(change)).StatusCode);
        Assert.Equal("20", (await GetAsync("/broker/settings")).GetProperty("outbox-batch-size").GetString());
        using var bad = Request(HttpMethod.Put, "/broker/settings/outbox-batch-size?value=0", Role.Operator);
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.SendAsync(bad)).StatusCode);
    }

    async Task<long> AloneAsync() => (await GetAsync("/broker/stats")).GetProperty("provider_stats").GetProperty("no_consumer_events").GetInt64();

    async Task<JsonElement> HookAsync() =>
        (await GetAsync("/broker/consumers")).EnumerateArray().Single(c => c.GetProperty("name").GetString() == "hook");
}
