using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Broker.Stores.Postgres;
using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Broker.Stores.Sqlite;
using Hobom.Slices.Links;
using Hobom.Slices.Links.Stores;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using Npgsql;
using static Hobom.Slices.Tests.Broker.Links.LinkSamples;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Links;

public sealed class MemoryLinkTests : LinkConformance
{
    public override Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_full_store_refuses_before_it_stores_and_still_knows_what_it_has()
    {
        var links = new LinkRegister(new MemoryLinks(new Lock(), 1, TimeProvider.System).AsStore());
        await links.Created(Link("1"));
        Assert.True((await links.CreateLinkAsync(Link("2"), default)).IsLeft);
        Assert.True((await links.Created(Link("1"))).Existed);
    }

    protected override Task<BrokerStore> OpenAsync() => Task.FromResult(MemoryStore.Open(MemoryStore.DefaultEventLimit, TimeProvider.System));
}

public sealed class SqliteLinkTests : LinkConformance
{
    readonly string folder = ServerFolder.New("hobom-links-");
    SqliteStore? opened;

    public override async Task DisposeAsync()
    {
        if (opened is not null) await opened.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_row_of_another_program_is_a_link_whatever_its_id()
    {
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, "events.db")}"))
        {
            await connection.OpenAsync();
            await using var insert = connection.CreateCommand();
            insert.CommandText = """
                insert into integration_link
                    (id, source_module, source_entity_type, source_entity_id, target_module, target_entity_type, target_entity_id)
                values ('17', 'shop', 'order', '1', 'accounts', 'user', '7')
                """;
            await insert.ExecuteNonQueryAsync();
        }

        var found = Assert.IsType<StoredLink>((await Links.GetByIdAsync(new LinkId("17"), default).Right()).Case);
        Assert.Equal(Link(), found.Link);
        Assert.True((await Links.Created(Link())).Existed);
    }

    protected override async Task<BrokerStore> OpenAsync()
    {
        opened = (await SqliteStore.OpenAsync(Path.Combine(folder, "events.db"), SqlStoreSettings.Default, TimeProvider.System, default)).Right();
        return opened.Port;
    }
}

[Collection(nameof(PostgresCluster))]
public sealed class PostgresLinkTests(PostgresCluster cluster) : LinkConformance
{
    PostgresStore? opened;

    public override async Task DisposeAsync()
    {
        if (opened is not null) await opened.DisposeAsync();
    }

    /// <summary>Each of these ends the transaction before the broker can; none may leave a link, nor end the handling.</summary>
    [Theory]
    [InlineData("rollback")]
    [InlineData("select pg_terminate_backend(pg_backend_pid())")]
    [InlineData("select 1/0")]
    [InlineData("insert into integration_link (source_module) values ('x')")]
    public async Task A_transaction_that_breaks_after_the_link_leaves_none(string breaking)
    {
        var held = await Store.HeldAsync();
        await Store.Transact(held, async (transaction, _) =>
        {
            await Links.In(transaction).Created(Link());
            try
            {
                await using var command = new NpgsqlCommand(breaking, (NpgsqlConnection)transaction.Connection!);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
            catch (NpgsqlException)
            {
                // A handler that goes on as if nothing had been: the broker has to see it.
            }

            return Unit.Default;
        }, Noon, default);
        Assert.Equal(0, await Links.AllAsync());
        Assert.True((await Store.OneAsync("e1")).Handlings[0].State.IsOpen);
    }

    [Fact]
    public async Task A_link_in_a_transaction_that_is_broken_already_is_a_failure_and_no_exception()
    {
        var held = await Store.HeldAsync();
        await Store.Transact(held, async (transaction, _) =>
        {
            await using var command = new NpgsqlCommand("select pg_terminate_backend(pg_backend_pid())", (NpgsqlConnection)transaction.Connection!);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteNonQueryAsync());
            Assert.True((await Links.In(transaction).CreateLinkAsync(Link(), default)).IsLeft);
            return new TryFailure.Transient("as it must be");
        }, Noon, default);
        Assert.Equal(0, await Links.AllAsync());
    }

    /// <summary>The second waits for the first, and finds the link or makes it, as the first ends.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_handlers_that_make_the_same_link_at_once_make_one(bool firstCommits)
    {
        var first = await Store.HeldAsync();
        var made = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var running = Store.Transact(first, async (transaction, _) =>
        {
            await Links.In(transaction).Created(Link());
            made.SetResult();
            await go.Task;
            return firstCommits ? Unit.Default : Either<TryFailure, Unit>.Left(new TryFailure.Transient("no"));
        }, Noon, default);
        await made.Task;
        var second = Task.Run(() => Links.Created(Link()));
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(200)));
        go.SetResult();
        await running;
        Assert.Equal(firstCommits, (await second).Existed);
        Assert.Equal(1, await Links.AllAsync());
    }

    protected override async Task<BrokerStore> OpenAsync()
    {
        opened = (await PostgresStore.OpenAsync(await cluster.NewDatabaseAsync(), "events", SqlStoreSettings.Default, TimeProvider.System, default)).Right();
        return opened.Port;
    }
}
