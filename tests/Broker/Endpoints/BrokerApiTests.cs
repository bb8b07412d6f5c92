using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Operating;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Broker.Endpoints;

/// <summary>The routes over a real socket, with the broker running on its memory store.</summary>
public sealed partial class BrokerApiTests : IAsyncLifetime
{
    readonly WebApplication app;
    readonly BrokerSlice slice;
    readonly CancellationTokenSource stop = new();
    readonly HttpClient client = new();
    readonly List<byte[]> handled = [];
    Task running = Task.CompletedTask;

    public BrokerApiTests()
    {
        var settings = BrokerSettingsReader.Read(new Dictionary<string, string> { ["HOBOM_BROKER_PROVIDER"] = "memory" })
            .Match(s => s.IfNone(() => throw new InvalidOperationException("off")), p => throw new InvalidOperationException(p[0]));
        slice = BrokerSlice.Build(settings, new BrokerTools(TimeProvider.System, () => 0, NullLoggerFactory.Instance, "p1", null, null));
        slice.Subscribe("bytes", "shop.**", (context, _) =>
        {
            lock (handled) handled.Add(context.Event.Payload.Match(p => p.ToArray(), () => []));
            return context.Event.Type.EndsWith(".bad", StringComparison.Ordinal) ? throw new InvalidOperationException("no") : Task.CompletedTask;
        }, c => c with { Retry = ConsumerRetry.Contract with { MaxRetries = 1, InitialDelay = TimeSpan.Zero } });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        slice.AddTo(builder.Services, alone: true);
        builder.Services.AddSingleton(TimeProvider.System)
            .AddSingleton(new AuditTrail(new StoreAudit(slice).AppendAsync, TimeProvider.System, NullLogger<AuditTrail>.Instance))
            .AddFastEndpoints(o => (o.Assemblies, o.DisableAutoDiscovery) = ([typeof(BrokerSlice).Assembly], true));
        builder.Services.AddAuthentication("role").AddScheme<AuthenticationSchemeOptions, RoleHeader>("role", _ => { });
        builder.Services.AddAuthorization(o =>
        {
            foreach (var role in Role.All) o.AddPolicy(role, p => p.RequireRole(role));
        });
        app = builder.Build();
        app.UseAuthentication().UseAuthorization().UseFastEndpoints();
    }

    public async Task InitializeAsync()
    {
        await app.StartAsync();
        client.BaseAddress = new Uri(app.Urls.First());
        running = slice.RunAsync(stop.Token);
        while (slice.Open is null) await Task.Delay(10);
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        client.Dispose();
        await app.DisposeAsync();
        await slice.DisposeAsync();
    }

    [Fact]
    public async Task A_payload_reaches_the_handler_byte_for_byte()
    {
        const string payload = "{ \"a\":1.0e400, \"a\" :\"\\u00e4ä\",\"n\":12345678901234567890.10 }";
        var (status, answer) = await PostAsync("/broker/events?mode=sync", $$"""{"id":"e1","source":"shop","type":"shop.order.create","payload": {{payload}} }""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("stored", answer.GetProperty("events")[0].GetProperty("result").GetString());
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(payload)), SHA256.HashData(Assert.Single(handled)));
        var shown = await GetAsync("/broker/events/shop/e1");
        Assert.Equal(("completed", payload), (shown.GetProperty("status").GetString(), shown.GetProperty("payload").GetRawText()));
        Assert.False((await GetAsync("/broker/events/shop/e1", Role.Reader)).TryGetProperty("payload", out _));
    }

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

    async Task<(HttpStatusCode Status, JsonElement Body)> UnmaskAsync(string body, string role)
    {
        using var request = Request(HttpMethod.Post, "/broker/events/shop/u1/unmask", role);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
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

    [Fact]
    public async Task A_repeat_is_told_and_another_body_is_refused_and_a_batch_is_stored_whole_or_not_at_all()
    {
        const string first = """{"id":"e1","source":"s","type":"t","payload":1}""";
        await PostAsync("/broker/events", first);
        var (_, again) = await PostAsync("/broker/events", first);
        Assert.Equal("repeated", again.GetProperty("events")[0].GetProperty("result").GetString());
        var (status, refusal) = await PostAsync("/broker/events", """[{"id":"e2","source":"s","type":"t"},{"id":"e1","source":"s","type":"t","payload":2}]""");
        Assert.Equal((HttpStatusCode.Conflict, "event e1 of s is stored already, with another body"), (status, refusal.GetProperty("error").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(Request(HttpMethod.Get, "/broker/events/s/e2", Role.Reader))).StatusCode);
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
    public async Task Lists_come_in_pages_through_the_filters()
    {
        for (var i = 0; i < 5; i++) await PostAsync("/broker/events", $$"""{"id":"e{{i}}","source":"s","type":"t{{i % 2}}","user_id":{{i}}}""");
        var page = await GetAsync("/broker/events?limit=2&type=t0");
        Assert.Equal(["e4", "e2"], page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetString()));
        var last = await GetAsync($"/broker/events?limit=2&type=t0&cursor={page.GetProperty("next").GetString()}");
        Assert.Equal(["e0"], last.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetString()));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync(Request(HttpMethod.Get, "/broker/events?status=done", Role.Reader))).StatusCode);
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
        var added = await client.SendAsync(put);
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        Assert.DoesNotContain("whsec_", await added.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await PostAsync("/broker/consumers/hook/pause", "");
        Assert.Equal("paused", (await HookAsync()).GetProperty("state").GetString());
        await PostAsync("/broker/consumers/hook/resume", "");
        Assert.Equal("active", (await HookAsync()).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(Request(HttpMethod.Delete, "/broker/consumers/hook", Role.Operator))).StatusCode);
        var again = await client.SendAsync(Request(HttpMethod.Delete, "/broker/consumers/hook", Role.Operator));
        Assert.Contains("subscription not found: hook", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_change_while_it_runs_and_a_bad_value_is_refused()
    {
        using var change = Request(HttpMethod.Put, "/broker/settings/outbox-batch-size?value=20", Role.Operator);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(change)).StatusCode);
        Assert.Equal("20", (await GetAsync("/broker/settings")).GetProperty("outbox-batch-size").GetString());
        using var bad = Request(HttpMethod.Put, "/broker/settings/outbox-batch-size?value=0", Role.Operator);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync(bad)).StatusCode);
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

    [Fact]
    public async Task Who_watches_sees_what_fits_and_who_comes_back_missed_nothing()
    {
        using var request = Request(HttpMethod.Get, "/broker/events/live?pattern=live.*", Role.Reader);
        request.Headers.Add("Last-Event-ID", "0");
        await PostAsync("/broker/events", """[{"id":"l1","source":"s","type":"live.a"},{"id":"l2","source":"s","type":"other"},{"id":"l3","source":"s","type":"live.b"}]""");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal(["l1", "l3"], await IdsAsync(lines, 2));
        await PostAsync("/broker/events", """{"id":"l4","source":"s","type":"live.c"}""");
        Assert.Equal(["l4"], await IdsAsync(lines, 1));
    }

    [Fact]
    public async Task Readers_change_nothing()
    {
        using var publish = Request(HttpMethod.Post, "/broker/events", Role.Reader);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(publish)).StatusCode);
    }

    static async Task<List<string>> IdsAsync(StreamReader lines, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var ids = new List<string>();
        while (ids.Count < count && await lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal)) ids.Add(JsonDocument.Parse(line[6..]).RootElement.GetProperty("id").GetString()!);
        }

        return ids;
    }

    async Task<HttpStatusCode> PostCloudAsync(string type, string body, params (string Name, string Value)[] headers)
    {
        using var request = Request(HttpMethod.Post, "/broker/events", Role.Operator);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    async Task<long> AloneAsync() => (await GetAsync("/broker/stats")).GetProperty("provider_stats").GetProperty("no_consumer_events").GetInt64();

    async Task<JsonElement> HookAsync() =>
        (await GetAsync("/broker/consumers")).EnumerateArray().Single(c => c.GetProperty("name").GetString() == "hook");

    async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string path, string body)
    {
        using var request = Request(HttpMethod.Post, path, Role.Operator);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    async Task<JsonElement> GetAsync(string path, string role = RoleHeader.Backend)
    {
        using var answer = await client.SendAsync(Request(HttpMethod.Get, path, role));
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    static HttpRequestMessage Request(HttpMethod method, string path, string role)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("role", role);
        return request;
    }
}
