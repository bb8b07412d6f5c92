using System.Text;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>Events that another program publishes to NATS, which nobody can refuse: they are acknowledged.</summary>
public sealed class NatsForeignTests(NatsServer nats) : IClassFixture<NatsServer>, IAsyncLifetime
{
    readonly string name = $"events{Guid.NewGuid():N}";
    readonly Lines log = new();
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

    async Task PublishAsync(byte[] json) =>
        (await new NatsJSContext(plain).PublishAsync("events.other.public.users.create", json)).EnsureSuccess();

    async Task<BrokerStore> StoreAsync(int eventLimit = JournalReplica.EventLimit)
    {
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        opened.Add(connection);
        var store = (await JournalStore.OpenAsync(port, TimeProvider.System, eventLimit: eventLimit, log: log)).Right();
        opened.Add(store);
        return store.Port;
    }

    sealed class Lines : ILogger
    {
        readonly System.Collections.Concurrent.ConcurrentQueue<(string? Name, string Text)> all = new();

        public IReadOnlyList<(string? Name, string Text)> All => [.. all];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            all.Enqueue((eventId.Name, formatter(state, exception)));
    }
}
