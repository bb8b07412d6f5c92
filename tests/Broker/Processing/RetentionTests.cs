using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

public sealed class RetentionTests
{
    readonly FakeTimeProvider clock = new(Noon);

    [Fact]
    public async Task M10_a_completed_event_goes_by_itself_when_it_is_old_enough_and_a_dead_one_stays()
    {
        var store = MemoryStore.Open(100, clock);
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event("done"), Event("dead"));
        await store.RouteAsync();
        var held = await store.ClaimAsync("c");
        await store.CloseAsync(held[0], new TryEnd.Done());
        await store.CloseAsync(held[1], new TryEnd.Dead("no"));
        using var stop = new CancellationTokenSource();
        var running = new Retention(store, TimeSpan.FromMinutes(10), TimeSpan.FromDays(1), _ => { }, clock, NullLogger.Instance)
            .RunAsync(stop.Token);
        await MoveAsync(TimeSpan.FromMinutes(9));
        Assert.Equal(["dead", "done"], await IdsAsync(store));
        for (var i = 0; i < 500 && (await IdsAsync(store)).Length > 1; i++) await MoveAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["dead"], await IdsAsync(store));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task As_long_as_batches_are_full_or_nearly_the_next_follows_at_once()
    {
        var store = MemoryStore.Open(100, clock);
        var removed = new Queue<int>([500, 499, 300, 3]);
        using var stop = new CancellationTokenSource();
        var purging = store with
        {
            Operate = store.Operate with
            {
                Purge = (_, _, _) =>
                {
                    lock (removed) return Task.FromResult<Either<StoreFailure, int>>(removed.TryDequeue(out var count) ? count : 0);
                },
            },
        };
        var running = new Retention(purging, TimeSpan.FromMinutes(10), TimeSpan.FromDays(1), _ => { }, clock, NullLogger.Instance)
            .RunAsync(stop.Token);
        clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 200 && Left() > 0; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(5);
        }

        Assert.Equal(0, Left());
        await stop.CancelAsync();
        await running;

        int Left()
        {
            lock (removed) return removed.Count;
        }
    }

    async Task MoveAsync(TimeSpan by)
    {
        for (var moved = TimeSpan.Zero; moved < by; moved += TimeSpan.FromMinutes(1))
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(5);
        }
    }

    static async Task<string[]> IdsAsync(BrokerStore store) =>
        [.. (await store.Read.List(new EventFilter(), 9, default).Right()).Select(e => e.Event.Id)];
}
