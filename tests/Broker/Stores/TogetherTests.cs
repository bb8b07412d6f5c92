using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Tests.Broker.Outbox;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>Handlings that share a transaction.</summary>
public abstract class TogetherTests : IAsyncLifetime
{
    OutboxDatabase database = null!;
    IReadOnlyList<Claimed> held = [];

    public async Task InitializeAsync()
    {
        database = await OpenAsync();
        await database.RunAsync("create table effect (id text primary key)");
        await database.Store.Consumers.Save(Consumer("c"), default).Right();
        await database.Store.AppendAsync(Event("e1"), Event("e2"), Event("e3"));
        await database.Store.RouteAsync();
        held = await database.Store.ClaimAsync("c");
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    protected abstract Task<OutboxDatabase> OpenAsync();

    [Fact]
    public async Task All_commit_as_one()
    {
        Assert.All(await TogetherAsync(), e => Assert.IsType<TransactionEnd.Committed>(e));
        Assert.Equal("e1,e2,e3", await EffectsAsync());
        foreach (var claimed in held) Assert.Equal(EventStatus.Completed, (await database.Store.OneAsync(claimed.Event.Id)).Status);
    }

    [Theory]
    [InlineData(0, "e2,e3")]
    [InlineData(1, "e1,e3")]
    [InlineData(2, "e1,e2")]
    public async Task What_a_failed_one_wrote_is_taken_back_and_the_others_stay(int failing, string effects)
    {
        var ends = await TogetherAsync(failed: failing);
        Assert.Equal(new TransactionEnd.WorkFailed(new TryFailure.Permanent("no")), ends[failing]);
        Assert.Equal(2, ends.Count(e => e is TransactionEnd.Committed));
        Assert.Equal(effects, await EffectsAsync());
        Assert.True(await database.Store.CloseAsync(held[failing], new TryEnd.Dead("no")));
    }

    [Theory]
    [InlineData("insert into nowhere values (1)", "e2,e3")]
    [InlineData("insert into effect values ('e1')", "e2,e3")]
    public async Task An_error_that_a_handler_swallowed_costs_only_its_own_event(string statement, string effects)
    {
        // SQLite rolls back the statement only: there nothing is aborted, and what went well before counts.
        var ends = await TogetherAsync(statement: (0, statement));
        if (database.IsSqlite) effects = $"e1,{effects}";
        Assert.Equal(database.IsSqlite ? 3 : 2, ends.Count(e => e is TransactionEnd.Committed));
        Assert.Equal(effects, await EffectsAsync());
    }

    [Theory]
    [InlineData("commit", "e1,e2")]
    [InlineData("rollback", "")]
    public async Task A_transaction_that_a_handler_ended_is_a_failed_try_of_all_before_it(string statement, string effects)
    {
        var ends = await TogetherAsync(statement: (1, statement));
        Assert.IsType<TransactionEnd.WorkFailed>(ends[0]);
        Assert.IsType<TransactionEnd.WorkFailed>(ends[1]);
        Assert.IsType<TransactionEnd.NotBegun>(ends[2]);
        Assert.Equal(effects, await EffectsAsync());
        foreach (var claimed in held) Assert.IsType<HandlingState.Leased>((await database.Store.OneAsync(claimed.Event.Id)).Handlings[0].State);
    }

    [Fact]
    public async Task One_that_is_another_process_s_by_now_takes_all_back()
    {
        await database.RunAsync($"update inbox_event set fencing_token = fencing_token + 1 where outbox_event_id = '{held[1].RowId}'");
        var ends = await TogetherAsync();
        Assert.Equal(
            [typeof(TransactionEnd.RolledBack), typeof(TransactionEnd.LeaseLost), typeof(TransactionEnd.RolledBack)], ends.Select(e => e.GetType()));
        Assert.Equal("", await EffectsAsync());
    }

    [Fact]
    public async Task When_the_time_is_over_those_so_far_are_committed()
    {
        var ends = await TogetherAsync(after: calls => calls == 2 ? NextInGroup.Commit : NextInGroup.Call);
        Assert.IsType<TransactionEnd.NotBegun>(ends[2]);
        Assert.Equal("e1,e2", await EffectsAsync());
    }

    [Fact]
    public async Task A_call_that_was_left_behind_takes_all_back()
    {
        var ends = await TogetherAsync(failed: 1, after: calls => calls == 2 ? NextInGroup.RollBack : NextInGroup.Call);
        Assert.Equal(
            [typeof(TransactionEnd.RolledBack), typeof(TransactionEnd.WorkFailed), typeof(TransactionEnd.NotBegun)], ends.Select(e => e.GetType()));
        Assert.Equal("", await EffectsAsync());
    }

    async Task<IReadOnlyList<TransactionEnd>> TogetherAsync(
        int? failed = null, (int At, string Text)? statement = null, Func<int, NextInGroup>? after = null)
    {
        var calls = 0;
        return await database.Store.TransactTogether!(
            new HandlerGroup(
                [
                    .. held.Select((claimed, index) => new HandlerCall(claimed, async (transaction, stopping) =>
                    {
                        calls++;
                        await RunAsync(transaction, $"insert into effect values ('{claimed.Event.Id}')");
                        if (index == statement?.At) await TryAsync(() => RunAsync(transaction, statement.Value.Text));
                        return index == failed ? new TryFailure.Permanent("no") : Unit.Default;
                    })),
                ],
                () => after?.Invoke(calls) ?? NextInGroup.Call),
            Noon, default);
    }

    static Task RunAsync(HandlerTransaction transaction, string text) => transaction.Connection!.Command(transaction.Sql, text).RunAsync(default);

    static async Task TryAsync(Func<Task> statement)
    {
        try
        {
            await statement();
        }
        catch (System.Data.Common.DbException)
        {
            // As a handler would that goes on all the same.
        }
    }

    async Task<string> EffectsAsync()
    {
        await using var connection = await database.OpenAsync();
        return string.Join(',', await connection.Command(null, "select id from effect order by id").ReadAsync(row => row.GetString(0), default));
    }
}

public sealed class SqliteTogetherTests : TogetherTests
{
    protected override Task<OutboxDatabase> OpenAsync() => OutboxDatabase.SqliteAsync();
}

[Collection(nameof(PostgresCluster))]
public sealed class PostgresTogetherTests(PostgresCluster cluster) : TogetherTests
{
    protected override Task<OutboxDatabase> OpenAsync() => OutboxDatabase.PostgresAsync(cluster);
}
