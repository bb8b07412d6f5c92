using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using LanguageExt;
using NATS.Client.Core;
using NATS.Client.JetStream;
using static LanguageExt.Prelude;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>Events that another program publishes to NATS, which nobody can refuse: they are acknowledged.</summary>
public sealed class NatsForeignTests(NatsServer nats) : IClassFixture<NatsServer>, IAsyncLifetime
{
    readonly string name = $"events{Guid.NewGuid():N}";
    readonly LogLines log = new();
    readonly List<IAsyncDisposable> opened = [];
    NatsConnection plain = null!;

    public async Task InitializeAsync()
    {
        await NatsSamples.ClearAsync(nats.Url);
        plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        opened.Add(plain);
    }

    public async Task DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_is_full_takes_them_and_refuses_its_own()
    {
        var store = await StoreAsync(eventLimit: 1);
        await store.AppendAsync(Event("e1"));
        await PublishAsync(EventJson.Write(Event("e2")));
        Assert.Equal(new AppendRefusal.Full(1), (await store.Append([Event("e3")], default)).Match(_ => null!, l => l));
        Assert.Equal(["e2", "e1"], (await store.Read.List(new EventFilter(), 10, default).Right()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task One_with_the_id_of_another_is_not_taken_and_the_log_says_so()
    {
        var store = await StoreAsync();
        await store.AppendAsync(Event("e1"));
        await PublishAsync(EventJson.Write(Event("e1", payload: "[]")));
        await store.AppendAsync(Event("e2"));
        Assert.Equal("{}", (await store.OneAsync("e1")).Event.Payload.Match(p => Encoding.UTF8.GetString(p.Span), () => ""));
        var line = Assert.Single(log.All, l => l.Name == "broker.event-refused");
        Assert.Contains("tests/e1", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_metadata_and_times_are_what_the_contract_calls_them()
    {
        var store = await StoreAsync();
        await PublishAsync("""
            {"id":"e1","source":"tests","type":"a.b.c","status":"pending","retry_count":0,"payload":{"x":1},"user_id":7,"session_id":"s",
             "instance_id":"i","schema":"a","entity":"b","operation":"c","created_at":"2026-01-31T13:00:00.123456789+01:00",
             "metadata":{"b": 1.0, "a":"zwei"}}
            """u8.ToArray());
        var found = (await store.OneAsync("e1")).Event;
        Assert.Equal("""{"b": 1.0, "a":"zwei"}""", found.Metadata);
        Assert.Equal(Noon.AddTicks(1234567), found.CreatedAt);
    }

    [Fact]
    public async Task One_without_a_time_has_its_messages_in_every_process()
    {
        var one = await StoreAsync();
        await PublishAsync("""{"id":"e1","source":"tests","type":"a.b.c"}"""u8.ToArray());
        var seen = (await one.OneAsync("e1")).Event.CreatedAt;
        Assert.Equal(seen, (await (await StoreAsync()).OneAsync("e1")).Event.CreatedAt);
        Assert.True(seen > Noon);
    }

    [Fact]
    public async Task Who_reads_an_event_finds_its_metadata_as_an_object()
    {
        var store = await StoreAsync();
        await using var heard = await plain.SubscribeCoreAsync<byte[]>("events.>");
        await plain.PingAsync();
        await store.AppendAsync(Event("e1") with { Metadata = "{ \"b\":1, \"a\":\"zwei\" }" });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var json = Encoding.UTF8.GetString((await heard.Msgs.ReadAsync(limit.Token)).Data!);
        Assert.Contains("\"metadata\":{ \"b\":1, \"a\":\"zwei\" }", json, StringComparison.Ordinal);
        Assert.Equal("{ \"b\":1, \"a\":\"zwei\" }", (await store.OneAsync("e1")).Event.Metadata);
    }

    [Theory]
    [InlineData("\"user_id\":null")]
    [InlineData("\"created_at\":null,\"available_at\":null")]
    [InlineData("\"schema_version\":null,\"metadata\":null,\"ordering_key\":null")]
    public async Task A_null_is_a_member_that_is_not_there(string members)
    {
        var (one, other) = (await StoreAsync(), await StoreAsync());
        await PublishAsync(Encoding.UTF8.GetBytes($$$"""{"id":"e1","source":"tests","type":"a.b.c","payload":{"x":1},{{{members}}}}"""));
        var found = await one.OneAsync("e1");
        Assert.Equal(("a.b.c", 0L, (int?)null), (found.Event.Type, found.Event.UserId, found.Event.SchemaVersion));
        Assert.Equal(found.RowId, (await other.OneAsync("e1")).RowId);
        Assert.Empty(log.All);
    }

    /// <summary>One who reads the log anew meets it again, and finds further on that it was taken, done and removed.</summary>
    [Fact]
    public async Task One_with_nulls_is_stored_once_whoever_reads_it_and_whenever()
    {
        var store = await StoreAsync();
        await store.Consumers.Save(Consumer("c"), default).Right();
        await PublishAsync("""{"id":"e1","source":"tests","type":"a.b.c","user_id":null}"""u8.ToArray());
        await store.RouteAsync();
        Assert.True(await store.CloseAsync(Assert.Single(await store.ClaimAsync("c")), new TryEnd.Done()));
        Assert.Equal(1, await store.Operate.Purge(Noon.AddDays(1), 10, default).Right());
        Assert.Empty(await (await StoreAsync()).Read.List(new EventFilter(), 10, default).Right());
    }

    [Theory]
    [InlineData("no json", "invalid")]
    [InlineData("[]", "it is no JSON object")]
    [InlineData("{\"source\":\"tests\",\"type\":\"a.b.c\"}", "event id is required")]
    [InlineData("{\"id\":\"e1\",\"type\":\"a.b.c\"}", "event source is required")]
    [InlineData("{\"id\":\"e1\",\"source\":\"tests\",\"type\":null}", "event type is required")]
    [InlineData("{\"id\":\"e1\",\"source\":\"tests\",\"type\":\"a\",\"created_at\":\"2026-01-31 13:00:00\"}", "created_at is no RFC 3339 time")]
    [InlineData("{\"id\":\"e1\",\"source\":\"tests\",\"type\":\"a\",\"user_id\":\"7\"}", "user_id is no whole number")]
    [InlineData("{\"id\":\"e1\",\"source\":7,\"type\":\"a\"}", "source is no text")]
    public async Task What_is_no_event_is_not_taken_and_the_log_says_why(string body, string why)
    {
        var store = await StoreAsync();
        await PublishAsync(Encoding.UTF8.GetBytes(body));
        Assert.Empty(await store.Read.List(new EventFilter(), 10, default).Right());
        var line = Assert.Single(log.All, l => l.Name == "broker.event-refused");
        Assert.Contains("events.other.public.users.create", line.Text, StringComparison.Ordinal);
        Assert.Contains(why, line.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"metadata\":[1]", "metadata is no object")]
    [InlineData("\"schema_version\":4294967297", "schema_version is no version")]
    public async Task One_that_is_taken_without_a_part_of_it_is_told(string member, string lost)
    {
        var store = await StoreAsync();
        await PublishAsync(Encoding.UTF8.GetBytes($$$"""{"id":"e1","source":"tests","type":"a.b.c",{{{member}}}}"""));
        await store.OneAsync("e1");
        Assert.Contains(lost, Assert.Single(log.All).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("events.status.e1", "{\"event_id\":\"e1\",\"status\":\"completed\"}")]
    [InlineData("events.deleted.e1", "{\"event_id\":\"e1\"}")]
    public async Task A_notice_of_the_predecessors_is_passed_over_without_a_word(string subject, string body)
    {
        var store = await StoreAsync();
        await PublishAsync(Encoding.UTF8.GetBytes(body), subject);
        Assert.Empty(await store.Read.List(new EventFilter(), 10, default).Right());
        Assert.Empty(log.All);
    }

    /// <summary>Of each there are two ways in: as it stands, and where a null stands for what is not there.</summary>
    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    public async Task Its_session_and_address_are_hashed(string user)
    {
        var store = await StoreAsync(admit: e => Right<string, BrokerEvent>(SecretFields.Hash(e)));
        await PublishAsync(Encoding.UTF8.GetBytes(
            $$$"""{"id":"e1","source":"tests","type":"a.b.c","user_id":{{{user}}},"session_id":"s","metadata":{"user_email":"a@b"}}"""));
        var found = (await store.OneAsync("e1")).Event;
        Assert.StartsWith("sha256:", found.SessionId, StringComparison.Ordinal);
        Assert.DoesNotContain("a@b", found.Metadata, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_not_admitted_is_not_taken_and_the_log_says_why()
    {
        var store = await StoreAsync(admit: _ => "too much");
        await PublishAsync("""{"id":"e1","source":"tests","type":"a.b.c","user_id":null}"""u8.ToArray());
        Assert.Empty(await store.Read.List(new EventFilter(), 10, default).Right());
        Assert.Contains("tests/e1: too much", Assert.Single(log.All).Text, StringComparison.Ordinal);
    }

    async Task PublishAsync(byte[] json, string subject = "events.other.public.users.create") =>
        (await new NatsJSContext(plain).PublishAsync(subject, json)).EnsureSuccess();

    async Task<BrokerStore> StoreAsync(
        int eventLimit = JournalReplica.EventLimit, Func<BrokerEvent, Either<string, BrokerEvent>>? admit = null)
    {
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        opened.Add(connection);
        var store = (await JournalStore.OpenAsync(port, TimeProvider.System, eventLimit: eventLimit, admit: admit, log: log)).Right();
        opened.Add(store);
        return store.Port;
    }
}
