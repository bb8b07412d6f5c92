using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Tests.Broker.Outbox;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>SQLite lets one write at a time: those of a process come in the order in which they asked.</summary>
public sealed class SqliteTurnTests : IAsyncLifetime
{
    OutboxDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await OutboxDatabase.SqliteAsync();
        await database.Store.Consumers.Save(Consumer("c"), default).Right();
        await database.Store.AppendAsync(Event("e1"), Event("e2"));
        await database.Store.RouteAsync();
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task A_publisher_is_not_passed_over_by_handlers_that_came_later()
    {
        var held = await database.Store.ClaimAsync("c");
        var (inside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = database.Store.Transact(held[0], async (_, _) =>
        {
            inside.SetResult();
            await goOn.Task;
            return Unit.Default;
        }, Noon, default);
        await inside.Task;
        var published = database.Store.AppendAsync(Event("e3"));
        var second = database.Store.Transact(held[1], async (_, _) =>
        {
            await database.Store.OneAsync("e3");
            return Unit.Default;
        }, Noon, default);
        goOn.SetResult();
        await published.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.IsType<TransactionEnd.Committed>(await first);
        Assert.IsType<TransactionEnd.Committed>(await second);
    }
}
