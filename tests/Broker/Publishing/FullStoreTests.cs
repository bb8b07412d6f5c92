using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Publishing;

/// <summary>A publish that waits for its event's handlers in a store where what is done makes room at once.</summary>
public sealed class FullStoreTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly FakeTimeProvider clock = new(Noon);

    /// <summary>It waited for ever, for an event that is not there.</summary>
    [Fact]
    public async Task Whose_event_is_done_and_has_made_room_before_it_looks_is_answered()
    {
        var store = MemoryStore.Open(2, clock);
        var publisher = Publisher(store);
        await store.Consumers.Save(Consumer("paused", "slow.*"), default).Right();
        await store.Consumers.Save(Consumer("c", "fast.*"), default).Right();
        await store.AppendAsync(Event("waits", "slow.one"));
        var published = publisher.PublishAndWaitAsync(Event("e1", "fast.one"), default);
        await store.RouteAsync();
        Assert.True(await store.CloseAsync(Assert.Single(await store.ClaimAsync("c")), new TryEnd.Done()));
        await store.AppendAsync(Event("e2", "fast.one"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await published.WaitAsync(Limit).Right()).IsNone);
    }

    [Fact]
    public async Task Who_waits_for_an_event_that_was_published_stores_nothing()
    {
        var store = MemoryStore.Open(2, clock);
        Assert.True((await Publisher(store).WaitAsync(Event("gone").Identity, default).WaitAsync(Limit).Right()).IsNone);
        Assert.Empty(await store.Read.List(new EventFilter(), 9, default).Right());
    }

    EventPublisher Publisher(BrokerStore store) => new(store, EventLimits.Default, keepSecrets: true, _ => true, clock);
}
