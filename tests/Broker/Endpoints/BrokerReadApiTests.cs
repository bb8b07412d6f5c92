using System.Net;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Broker;
using Hobom.Slices.Http;

namespace Hobom.Slices.Tests.Broker.Endpoints;

/// <summary>What the routes show of events and consumers, and to whom.</summary>
public sealed class BrokerReadApiTests : BrokerApiTest
{
    [Fact]
    public async Task A_payload_is_shown_to_people_one_at_a_time_with_a_reason_that_the_audit_keeps()
    {
        await PostAsync("/broker/events", """{"id":"u1","source":"shop","type":"shop.order.create","payload":{"to":"canary"},"metadata":{"by":"canary"}}""");
        foreach (var role in (string[])[Role.Reader, Role.Operator, Role.Payload, Role.Editor])
        {
            foreach (var path in (string[])["/broker/events/shop/u1", "/broker/events?id=u1", "/broker/events/shop/u1?masked=true"])
                Assert.DoesNotContain("canary", (await GetAsync(path, role)).GetRawText(), StringComparison.Ordinal);
            Assert.True((await GetAsync("/broker/events/shop/u1", role)).GetProperty("masked").GetBoolean());
        }

        Assert.DoesNotContain("canary", (await GetAsync("/broker/events/shop/u1?masked=true")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await UnmaskAsync("""{"reason":"ticket 1"}""", Role.Operator)).Status);
        foreach (var body in (string[])["{}", """{"reason":" "}""", """{"reason":"x","why":"y"}""", "no"])
            Assert.Equal(HttpStatusCode.BadRequest, (await UnmaskAsync(body, Role.Payload)).Status);
        Assert.DoesNotContain("unmask", (await GetAsync("/broker/audit", Role.Auditor)).GetRawText(), StringComparison.Ordinal);

        var (status, shown) = await UnmaskAsync("""{"reason":"ticket 1"}""", Role.Payload);
        Assert.Equal((HttpStatusCode.OK, "canary"), (status, shown.GetProperty("payload").GetProperty("to").GetString()));
        Assert.False(shown.TryGetProperty("masked", out _));
        var lines = (await GetAsync("/broker/audit", Role.Auditor)).GetProperty("entries").EnumerateArray().Select(l => l.GetProperty("entry")).ToList();
        Assert.Equal(
            [("unmask", "anna", "shop/u1", "ticket 1", "shown"), ("unmask", "anna", "shop/u1", "ticket 1", null)],
            lines.Select(e => (
                e.GetProperty("action").GetString(), e.GetProperty("actor").GetString(), e.GetProperty("keys")[0].GetString(),
                e.GetProperty("reason").GetString(), e.TryGetProperty("result", out var r) ? r.GetString() : null)));
    }

    /// <summary>What a receiver said may quote what it was sent, and an address may be all that a receiver asks for.</summary>
    [Fact]
    public async Task Readers_see_neither_what_receivers_said_nor_the_paths_of_addresses()
    {
        var store = Slice.Open!.Store;
        var pattern = EventPattern.Parse("never", allowManySegments: true).Match(p => p, f => throw new InvalidOperationException($"{f}"));
        foreach (var (name, state) in new (string, ConsumerState)[] { ("held", new ConsumerState.Paused("canary", null)), ("gone", new ConsumerState.Off("canary")) })
        {
            await store.Consumers.Save(new Consumer(
                name, ConsumerKind.Webhook, pattern, 0, null, 1, TimeSpan.FromSeconds(1), false, new ConsumerState.Active())
            {
                Target = new ConsumerTarget.Webhook(new Uri("https://example.com:8443/canary?k=canary"), [], CloudEventForm.None),
            }, default);
            await store.Consumers.SetState(name, state, default);
        }

        await PostAsync("/broker/events", """{"id":"r1","source":"s","type":"lonely"}""");
        var (status, plan) = await PostAsync("/broker/replays", """{"consumer":"held"}""");
        Assert.Equal(HttpStatusCode.Created, status);
        var replay = $"/broker/replays/{plan.GetProperty("id").GetString()}";
        await PostAsync($"{replay}/start", "");
        for (var i = 0; i < 500 && !(await GetAsync(replay)).GetRawText().Contains("canary", StringComparison.Ordinal); i++) await Task.Delay(20);
        foreach (var path in (string[])["/broker/consumers", "/broker/replays", replay])
        {
            Assert.Contains("canary", (await GetAsync(path, Role.Operator)).GetRawText(), StringComparison.Ordinal);
            Assert.DoesNotContain("\"masked\"", (await GetAsync(path, Role.Operator)).GetRawText(), StringComparison.Ordinal);
            foreach (var role in (string[])[Role.Reader, Role.Payload, Role.Auditor])
            {
                var shown = (await GetAsync(path, role)).GetRawText();
                Assert.DoesNotContain("canary", shown, StringComparison.Ordinal);
                Assert.Contains("\"masked\":true", shown, StringComparison.Ordinal);
            }
        }

        var held = (await GetAsync("/broker/consumers", Role.Reader)).EnumerateArray().Single(c => c.GetProperty("name").GetString() == "held");
        Assert.Equal(("https://example.com:8443", "paused"), (held.GetProperty("url").GetString(), held.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Lists_come_in_pages_through_the_filters()
    {
        for (var i = 0; i < 5; i++) await PostAsync("/broker/events", $$"""{"id":"e{{i}}","source":"s","type":"t{{i % 2}}","user_id":{{i}}}""");
        var page = await GetAsync("/broker/events?limit=2&type=t0");
        Assert.Equal(["e4", "e2"], page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetString()));
        var last = await GetAsync($"/broker/events?limit=2&type=t0&cursor={page.GetProperty("next").GetString()}");
        Assert.Equal(["e0"], last.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetString()));
        Assert.Equal(HttpStatusCode.BadRequest, (await Client.SendAsync(Request(HttpMethod.Get, "/broker/events?status=done", Role.Reader))).StatusCode);
    }

    [Fact]
    public async Task Who_watches_sees_what_fits_and_who_comes_back_missed_nothing()
    {
        using var request = Request(HttpMethod.Get, "/broker/events/live?pattern=live.*", Role.Reader);
        request.Headers.Add("Last-Event-ID", "0");
        await PostAsync("/broker/events", """[{"id":"l1","source":"s","type":"live.a"},{"id":"l2","source":"s","type":"other"},{"id":"l3","source":"s","type":"live.b"}]""");
        using var answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal(["l1", "l3"], await IdsAsync(lines, 2));
        await PostAsync("/broker/events", """{"id":"l4","source":"s","type":"live.c"}""");
        Assert.Equal(["l4"], await IdsAsync(lines, 1));
    }

    [Fact]
    public async Task The_last_hour_and_the_last_day_of_each_consumer_are_told()
    {
        foreach (var id in (string[])["h1", "h2"])
            await PostAsync("/broker/events?mode=sync", $$"""{"id":"{{id}}","source":"shop","type":"shop.order.create","payload":{ } }""");
        var past = await GetAsync("/broker/history", Role.Reader);
        Assert.Equal((60, 1800), (past.GetProperty("step_seconds").GetInt32(), past.GetProperty("day_step_seconds").GetInt32()));
        var bytes = past.GetProperty("consumers").EnumerateArray().Single(c => c.GetProperty("consumer").GetString() == "bytes");
        Assert.All(
            new[] { (60, bytes.GetProperty("done")), (48, bytes.GetProperty("day").GetProperty("done")) },
            list =>
            {
                var steps = list.Item2.EnumerateArray().Select(s => s.ValueKind is JsonValueKind.Null ? null : (long?)s.GetInt64()).ToArray();
                Assert.Equal((list.Item1, 2L, null), (steps.Length, steps.Sum(), steps[0]));
            });
    }

    async Task<(HttpStatusCode Status, JsonElement Body)> UnmaskAsync(string body, string role)
    {
        using var request = Request(HttpMethod.Post, "/broker/events/shop/u1/unmask", role);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }
}
