using System.Collections.Concurrent;
using System.Data.Common;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Tests.Broker.Outbox;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>Quick handlers, which share transactions: whatever one of them does, each event's effect is there once.</summary>
public sealed class DispatcherTogetherTests() : DispatcherRun(DateTimeOffset.UtcNow), IAsyncLifetime
{
    const int Events = 100;

    static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<string, int> calls = new(StringComparer.Ordinal);
    OutboxDatabase database = null!;
    int transactions;

    public async Task InitializeAsync()
    {
        database = await OutboxDatabase.SqliteAsync();
        await database.RunAsync("create table effect (id text primary key)");
        await database.Store.Consumers.Save(Consumer("c") with { Timeout = TimeLimit, Retry = ConsumerRetry.Contract with { MaxRetries = 0 } }, default).Right();
        await database.Store.AppendAsync([.. Enumerable.Range(0, Events).Select(i => Event($"e{i}"))]);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task They_need_fewer_commits_than_events()
    {
        await RunAsync(_ => Task.CompletedTask);
        Assert.Equal(Events, (await CountsAsync()).Completed);
        Assert.InRange(transactions, 1, Events / 4);
        Assert.All(calls.Values, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task One_that_throws_costs_the_others_nothing()
    {
        await RunAsync(id => id == "e5" ? throw new InvalidOperationException("no") : Task.CompletedTask);
        Assert.Equal((Events - 1, 1), ((await CountsAsync()).Completed, (await CountsAsync()).Failed));
        Assert.All(calls.Values, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task One_that_never_ends_takes_back_those_before_it_and_they_are_done_alone()
    {
        await RunAsync(async id =>
        {
            if (id != "e5") return;
            _ = Task.Run(() => Clock.Advance(TimeLimit));
            await new TaskCompletionSource().Task;
        });
        Assert.Equal((Events - 1, 1), ((await CountsAsync()).Completed, (await CountsAsync()).Failed));
        Assert.Equal(2, calls["e4"]);
    }

    [Fact]
    public async Task One_that_met_another_transaction_goes_on_alone_as_the_same_try()
    {
        await RunAsync(id => id == "e5" && calls[id] == 1 ? throw new Deadlock() : Task.CompletedTask);
        Assert.Equal(Events, (await CountsAsync()).Completed);
        Assert.Equal((2, 1), (calls["e5"], (await database.Store.OneAsync("e5")).Handlings[0].Attempts));
    }

    async Task RunAsync(Func<string, Task> handle)
    {
        Ports["c"] = new ConsumerPort.Handles(async (context, _) =>
        {
            var id = context.Event.Id;
            calls.AddOrUpdate(id, 1, (_, n) => n + 1);
            await context.Transaction.Connection!.Command(context.Transaction.Sql, $"insert into effect values ('{id}')").RunAsync(default);
            await handle(id);
            return Unit.Default;
        });
        var store = database.Store;
        await using (StartOn(store with
        {
            Transact = (claimed, work, now, stopping) =>
            {
                Interlocked.Increment(ref transactions);
                return store.Transact(claimed, work, now, stopping);
            },
            TransactTogether = (group, now, stopping) =>
            {
                Interlocked.Increment(ref transactions);
                return store.TransactTogether!(group, now, stopping);
            },
        }))
        {
            await UntilAsync(async () => (await CountsAsync()) is var counts && counts.Completed + counts.Failed == Events);
        }

        await using var connection = await database.OpenAsync();
        Assert.Equal(
            (long)(await CountsAsync()).Completed, await connection.Command(null, "select count(*) from effect").ScalarAsync(default));
    }

    Task<StoreCounts> CountsAsync() => database.Store.Read.Count(default).Right();

    sealed class Deadlock : DbException
    {
        public override bool IsTransient => true;
    }
}
