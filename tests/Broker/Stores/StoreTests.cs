using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Broker.Stores.Postgres;
using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Broker.Stores.Sqlite;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

public sealed class MemoryStoreTests : StoreConformance
{
    public override Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_full_store_refuses_before_it_stores_and_only_what_is_done_makes_room()
    {
        var store = MemoryStore.Open(2, TimeProvider.System);
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event("e1"), Event("e2"));
        Assert.Equal(new AppendRefusal.Full(2), (await store.Append([Event("e3")], default)).Match(_ => null!, l => l));
        Assert.True((await store.Append([Event("e1")], default).Right())[0].Repeated);
        await store.RouteAsync();
        await store.CloseAsync((await store.ClaimAsync("c"))[0], new TryEnd.Done());
        await store.AppendAsync(Event("e3"));
        Assert.Equal(["e3", "e2"], (await store.Read.List(new EventFilter(), 9, default).Right()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task What_has_expired_makes_room_and_what_still_waits_does_not()
    {
        var store = MemoryStore.Open(3, TimeProvider.System);
        await FullOfExpired.CheckAsync(store);
    }

    protected override Task<BrokerStore> OpenAsync() => Task.FromResult(MemoryStore.Open(MemoryStore.DefaultEventLimit, TimeProvider.System));
}

static class FullOfExpired
{
    /// <summary>Of a store that holds three.</summary>
    public static async Task CheckAsync(BrokerStore store)
    {
        await store.AppendAsync(Event("e1"), Event("e2"));
        await store.RouteAsync();
        Assert.Equal(1, await store.Operate.Expire(Noon.AddDays(1), Noon.AddDays(1), 1, default).Right());
        await store.AppendAsync(Event("e3"));
        Assert.Equal(new AppendRefusal.Full(3), (await store.Append([Event("e4"), Event("e5")], default)).Match(_ => null!, l => l));
        await store.AppendAsync(Event("e4"));
        Assert.Equal(["e4", "e3", "e2"], (await store.Read.List(new EventFilter(), 9, default).Right()).Select(e => e.Event.Id));
    }
}

public sealed class SqliteStoreTests : StoreConformance
{
    readonly string folder = ServerFolder.New("hobom-sqlite-");
    SqliteStore? opened;

    public override async Task DisposeAsync()
    {
        if (opened is not null) await opened.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_dead_row_of_before_the_kinds_says_that_nobody_knows_its_own()
    {
        await ThreeForAsync("c");
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Dead("no") { Kind = FailureKind.Threw });
        await opened!.DisposeAsync();
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, "events.db")}"))
        {
            await connection.OpenAsync();
            await connection.Command(
                null, "alter table inbox_event drop column failure_kind; delete from broker_migration where version = 3").RunAsync(default);
        }

        var later = await OpenAsync();
        var dead = Assert.Single(await later.Dead.List(new DeadFilter(), 9, default).Right());
        Assert.Equal(("no", null), (dead.Handling.LastError, dead.Handling.Kind));
    }

    protected override async Task<BrokerStore> OpenAsync()
    {
        opened = (await SqliteStore.OpenAsync(Path.Combine(folder, "events.db"), SqlStoreSettings.Default, TimeProvider.System, default)).Right();
        return opened.Port;
    }
}

[Collection(nameof(PostgresCluster))]
public sealed class PostgresStoreTests(PostgresCluster cluster) : StoreConformance
{
    PostgresStore? opened;

    public override async Task DisposeAsync()
    {
        if (opened is not null) await opened.DisposeAsync();
    }

    protected override async Task<BrokerStore> OpenAsync()
    {
        opened = (await PostgresStore.OpenAsync(await cluster.NewDatabaseAsync(), "events", SqlStoreSettings.Default, TimeProvider.System, default)).Right();
        return opened.Port;
    }
}
