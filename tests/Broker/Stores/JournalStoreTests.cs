using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Broker.Stores.Nats;
using Hobom.Slices.Broker.Stores.Redis;
using Hobom.Slices.Runtime.Redis;
using NATS.Client.Core;
using NATS.Client.JetStream;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>A redis-server for a class of tests.</summary>
public sealed class BrokerRedis : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public ConnectionMultiplexer Plain { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await RedisServer.StartedAsync("--appendonly", "yes", "--appendfsync", "always");
        Plain = await ConnectionMultiplexer.ConnectAsync($"{Server.Address},allowAdmin=true,abortConnect=false");
    }

    public async Task DisposeAsync()
    {
        await Plain.CloseAsync();
        await Server.DisposeAsync();
    }

    internal RedisJournal NewJournal(string stream) => new(
        RedisAddress.Parse(Server.Address).Match(Right: a => a, Left: fault => throw new InvalidOperationException(fault.Message)), stream,
        TimeProvider.System);
}

/// <summary>The conformance suite over a journal, with what has to be closed after each test.</summary>
public abstract class JournalConformance(int keepInterval) : StoreConformance
{
    readonly List<IAsyncDisposable> opened = [];

    public override async Task DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
    }

    internal abstract Task<(JournalPort Port, IAsyncDisposable Connection)> NewJournalAsync();

    protected override bool LeasesAsItRoutes => false;

    protected override async Task<BrokerStore> OpenAsync() => (await NewStoreAsync()).Port;

    internal async Task<JournalStore> NewStoreAsync()
    {
        var (port, connection) = await NewJournalAsync();
        opened.Add(connection);
        var store = (await JournalStore.OpenAsync(port, TimeProvider.System, keepInterval)).Right();
        opened.Add(store);
        return store;
    }
}

/// <summary>Calls go to one process and to another by turns, and each command's state is kept: nothing may be in one alone.</summary>
public abstract class AlternatingConformance() : JournalConformance(keepInterval: 1)
{
    int calls;

    [Fact]
    public async Task A_state_that_is_kept_late_takes_no_newer_ones_place()
    {
        var (one, connection) = await NewJournalAsync();
        var (other, otherConnection) = await NewJournalAsync();
        await using var first = connection;
        await using var second = otherConnection;
        var head = (await one.Read(0, default).Right()).State?.Position ?? 0;
        for (ulong at = 0; at < 8; at++) await one.Append(new JournalCommand.Begin(), head + at, default).Right();
        await other.Read(head, default).Right();
        await one.Keep(head + 8, [8], default).Right();
        await other.Keep(head + 7, [7], default).Right();
        var begun = (await other.Read(0, default).Right()).State!;
        Assert.Equal(head + 8, begun.Position);
        Assert.Equal([8], begun.Bytes);
        Assert.Empty((await other.Read(head + 8, default).Right()).Entries);
    }

    /// <summary>Each removes what is older, and meets what the other has removed already.</summary>
    [Fact]
    public async Task Two_that_keep_at_once_both_come_through()
    {
        var (one, connection) = await NewJournalAsync();
        var (other, otherConnection) = await NewJournalAsync();
        await using var first = connection;
        await using var second = otherConnection;
        var head = (await one.Read(0, default).Right()).State?.Position ?? 0;
        for (ulong at = 0; at < 12; at++) await one.Append(new JournalCommand.Begin(), head + at, default).Right();
        for (byte at = 1; at <= 12; at++)
            await Task.WhenAll(one.Keep(head + at, [at], default).Right(), other.Keep(head + at, [at], default).Right());
        Assert.Equal([12], (await other.Read(0, default).Right()).State!.Bytes);
    }

    protected override async Task<BrokerStore> OpenAsync()
    {
        BrokerStore[] stores = [await base.OpenAsync(), await base.OpenAsync(), await base.OpenAsync()];
        BrokerStore Next() => stores[calls++ % stores.Length];
        return stores[0] with
        {
            Append = (events, stopping) => Next().Append(events, stopping),
            Route = (request, stopping) => Next().Route(request, stopping),
            Claim = (request, stopping) => Next().Claim(request, stopping),
            Renew = (leases, until, stopping) => Next().Renew(leases, until, stopping),
            BeginLast = (leases, stopping) => Next().BeginLast(leases, stopping),
            Close = (closings, now, stopping) => Next().Close(closings, now, stopping),
            Transact = (claimed, work, now, stopping) => Next().Transact(claimed, work, now, stopping),
            Due = (now, stopping) => Next().Due(now, stopping),
            NextDue = (now, stopping) => Next().NextDue(now, stopping),
            Consumers = new ConsumerRegister(
                stopping => Next().Consumers.All(stopping), (consumer, stopping) => Next().Consumers.Save(consumer, stopping),
                (name, state, stopping) => Next().Consumers.SetState(name, state, stopping),
                (name, state, stopping) => Next().Consumers.SetStateByTries(name, state, stopping),
                (name, now, stopping) => Next().Consumers.Remove(name, now, stopping)),
            Read = new EventReader(
                (identity, stopping) => Next().Read.One(identity, stopping),
                (filter, limit, stopping) => Next().Read.List(filter, limit, stopping),
                (after, limit, stopping) => Next().Read.Since(after, limit, stopping), stopping => Next().Read.Count(stopping),
                (now, stopping) => Next().Read.Backlog(now, stopping), stopping => Next().Read.Latest(stopping)),
            Operate = new EventOperations(
                (identity, consumer, now, stopping) => Next().Operate.Replay(identity, consumer, now, stopping),
                (identity, consumer, now, stopping) => Next().Operate.Discard(identity, consumer, now, stopping),
                (before, limit, stopping) => Next().Operate.Purge(before, limit, stopping),
                (before, now, limit, stopping) => Next().Operate.Expire(before, now, limit, stopping)),
            Dead = new DeadHandlings(
                (id, stopping) => Next().Dead.One(id, stopping), (filter, limit, stopping) => Next().Dead.List(filter, limit, stopping),
                (limit, stopping) => Next().Dead.Due(limit, stopping), (notes, stopping) => Next().Dead.Note(notes, stopping),
                (id, edited, now, stopping) => Next().Dead.Revive(id, edited, now, stopping),
                (id, now, stopping) => Next().Dead.PutAside(id, now, stopping),
                (id, now, stopping) => Next().Dead.Restore(id, now, stopping),
                (of, limit, stopping) => Next().Dead.Newer(of, limit, stopping)),
            Replays = new ReplayRegister(
                (replay, stopping) => Next().Replays.Plan(replay, stopping), stopping => Next().Replays.All(stopping),
                (id, change, stopping) => Next().Replays.Change(id, change, stopping),
                (now, stopping) => Next().Replays.Step(now, stopping),
                stopping => Next().Replays.NextDue(stopping)),
            Audit = new AuditRegister(
                (entry, hashOf, stopping) => Next().Audit.Append(entry, hashOf, stopping),
                (before, limit, stopping) => Next().Audit.List(before, limit, stopping)),
            Schemas = new SchemaRegister(
                stopping => Next().Schemas.All(stopping), (schema, stopping) => Next().Schemas.Add(schema, stopping)),
            Settings = new SettingRegister(
                stopping => Next().Settings.All(stopping), (slug, value, by, stopping) => Next().Settings.Set(slug, value, by, stopping)),
        };
    }
}

public sealed class RedisJournalTests(BrokerRedis redis) : JournalConformance(JournalFollower.KeepInterval), IClassFixture<BrokerRedis>
{
    internal override Task<(JournalPort Port, IAsyncDisposable Connection)> NewJournalAsync()
    {
        var journal = redis.NewJournal($"events-{Guid.NewGuid():N}");
        return Task.FromResult<(JournalPort, IAsyncDisposable)>((journal.Port, journal));
    }
}

public sealed class RedisAlternatingTests(BrokerRedis redis) : AlternatingConformance, IClassFixture<BrokerRedis>
{
    readonly string stream = $"events-{Guid.NewGuid():N}";

    internal override Task<(JournalPort Port, IAsyncDisposable Connection)> NewJournalAsync()
    {
        var journal = redis.NewJournal(stream);
        return Task.FromResult<(JournalPort, IAsyncDisposable)>((journal.Port, journal));
    }
}

public sealed class NatsJournalTests(NatsServer nats) : JournalConformance(JournalFollower.KeepInterval), IClassFixture<NatsServer>
{
    internal override async Task<(JournalPort Port, IAsyncDisposable Connection)> NewJournalAsync()
    {
        await NatsSamples.ClearAsync(nats.Url);
        return await NatsSamples.NewJournalAsync(nats.Url, "EVENTS");
    }
}

public sealed class NatsAlternatingTests(NatsServer nats) : AlternatingConformance, IClassFixture<NatsServer>
{
    bool isCleared;

    internal override async Task<(JournalPort Port, IAsyncDisposable Connection)> NewJournalAsync()
    {
        if (!isCleared) await NatsSamples.ClearAsync(nats.Url);
        isCleared = true;
        return await NatsSamples.NewJournalAsync(nats.Url, "EVENTS");
    }
}

static class NatsSamples
{
    /// <summary>One server has one stream of a subject.</summary>
    public static async Task ClearAsync(string url)
    {
        await using var plain = new NatsConnection(new NatsOpts { Url = url });
        var js = new NatsJSContext(plain);
        await foreach (var name in js.ListStreamNamesAsync()) await js.DeleteStreamAsync(name);
    }

    public static async Task<(JournalPort Port, IAsyncDisposable Connection)> NewJournalAsync(string url, string stream)
    {
        var settings = new NatsSettings(url, stream, InMemory: false, "host.with.dots");
        var journal = (await NatsJournal.OpenAsync(settings, TimeProvider.System, default)).Right();
        return (journal.Port, journal);
    }
}
