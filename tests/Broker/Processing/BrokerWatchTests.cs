using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

public sealed class BrokerWatchTests
{
    readonly FakeTimeProvider clock = new(Noon);

    [Fact]
    public async Task A_consumer_whose_due_event_nobody_takes_makes_no_progress()
    {
        var store = MemoryStore.Open(100, clock);
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event("e1"), Event("e2"));
        await store.RouteAsync();
        var watch = new BrokerWatch(clock);
        await watch.LookAsync(store, default);
        Assert.Equal((2L, 0), (watch.Last!.Waiting, watch.Last.Troubles.Count));
        clock.Advance(BrokerWatch.StandstillLimit);
        await watch.LookAsync(store, default);
        Assert.Contains("c makes no progress", Assert.Single(watch.Last.Troubles), StringComparison.Ordinal);
        await store.CloseAsync((await store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        await watch.LookAsync(store, default);
        Assert.Empty(watch.Last.Troubles);
    }

    [Fact]
    public async Task A_paused_consumer_and_a_store_that_is_away_are_told()
    {
        var store = MemoryStore.Open(100, clock);
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.Consumers.SetState("c", new ConsumerState.Paused("secret words of a receiver", null), default).Right();
        var watch = new BrokerWatch(clock);
        Assert.Null(watch.Last);
        await watch.LookAsync(store, default);
        Assert.Equal(["consumer c is paused"], watch.Last!.Troubles);
        var away = store with
        {
            Read = store.Read with { Backlog = (_, _) => Task.FromResult(Either<StoreFailure, IReadOnlyList<Hobom.Slices.Broker.Stores.ConsumerBacklog>>.Left(new("away"))) },
        };
        await watch.LookAsync(away, default);
        Assert.Equal("away", watch.Last.Failure?.Message);
    }
}
