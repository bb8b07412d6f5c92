using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>Which handlings a turn takes, and in what order.</summary>
public sealed partial class DispatcherTests
{
    [Fact]
    public async Task A_consumer_that_is_up_to_date_gets_new_events_without_a_claim()
    {
        var handled = new List<string>();
        var claimed = 0;
        await HandlerAsync("c", c => handled.Add(c.Event.Id));
        // Before the start: a dispatcher that has looked once and found nothing is up to date already.
        await store.AppendAsync(Event("e1"));
        await using var running = Start(store with
        {
            Claim = async (request, stopping) =>
            {
                var answer = await store.Claim(request, stopping);
                Interlocked.Add(ref claimed, answer.Right().Count);
                return answer;
            },
        });
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
        var before = Volatile.Read(ref claimed);
        await store.AppendAsync(Event("e2"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 2);
        Assert.Equal((1, 1), (before, Volatile.Read(ref claimed)));
        Assert.Equal(["e1", "e2"], handled);
    }

    [Fact]
    public async Task Nothing_is_claimed_for_consumers_that_have_nothing_due()
    {
        var (handled, claims) = (0, new System.Collections.Concurrent.ConcurrentBag<string>());
        foreach (var name in new[] { "idle", "ordered" })
        {
            await store.Consumers.Save(Consumer(name, name == "idle" ? "other.**" : "*", ordered: name == "ordered"), default).Right();
            Ports[name] = new ConsumerPort.Handles((_, _) =>
            {
                Interlocked.Increment(ref handled);
                return Task.FromResult<Either<TryFailure, Unit>>(Unit.Default);
            });
        }

        await using var running = Start(store with
        {
            Claim = (request, stopping) =>
            {
                if (!request.Expired) claims.Add(request.Consumer);
                return store.Claim(request, stopping);
            },
        });
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
        Assert.Equal(1, handled);
        Assert.Equal(["ordered"], claims.Distinct());
    }

    [Fact]
    public async Task Events_that_found_no_room_go_before_those_that_are_routed_later()
    {
        var handled = new List<string>();
        using var go = new SemaphoreSlim(1);
        var (routesAtOnce, later) = (100, new[] { "z1", "z2", "z3", "z4", "z5" });
        await store.Consumers.Save(Consumer("c"), default).Right();
        Ports["c"] = new ConsumerPort.Handles(async (context, stopping) =>
        {
            await go.WaitAsync(stopping);
            handled.Add(context.Event.Id);
            return Unit.Default;
        });
        await using var running = Start(store with
        {
            Route = (request, stopping) => Volatile.Read(ref routesAtOnce) is var limit and > 0
                ? store.Route(request with { Limit = limit }, stopping)
                : Task.FromResult(Either<StoreFailure, Routed>.Right(Routed.Nothing)),
        });
        await store.AppendAsync(Event("e100"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
        var earlier = Enumerable.Range(101, 30).Select(i => $"e{i}").ToArray();
        await store.AppendAsync([.. earlier.Select(id => Event(id))]);
        await UntilAsync(async () => (await CountsAsync()).Consumers.Sum(c => c.Waiting + c.Leased) == 30);
        Volatile.Write(ref routesAtOnce, 0);
        await store.AppendAsync([.. later.Select(id => Event(id))]);
        Volatile.Write(ref routesAtOnce, 1);
        go.Release(100);
        await UntilAsync(async () => (await CountsAsync()).Completed == 36);
        Assert.Equal(["e100", .. earlier, .. later], handled);
    }

    /// <summary>One at a time: the second is sent while the end of the first waits to be written, but not while its failure does.</summary>
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task While_an_end_is_written_the_next_is_tried_where_that_end_is_good(bool isSent, int expected)
    {
        var (sent, closing, written) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        await store.Consumers.Save(Consumer("c") with { Concurrency = 1 }, default).Right();
        Ports["c"] = new ConsumerPort.Sends((_, _) =>
        {
            Interlocked.Increment(ref sent);
            return Task.FromResult<Either<TryFailure, Unit>>(isSent ? Unit.Default : new TryFailure.Transient("no"));
        });
        await using var running = Start(store with
        {
            Close = async (closings, now, stopping) =>
            {
                closing.TrySetResult();
                await written.Task;
                return await store.Close(closings, now, stopping);
            },
        });
        await store.AppendAsync(Event("e1"), Event("e2"));
        await closing.Task;
        if (isSent) await UntilAsync(() => Task.FromResult(Volatile.Read(ref sent) == expected));
        else await Task.Delay(50);
        Assert.Equal(expected, Volatile.Read(ref sent));
        written.SetResult();
        await UntilAsync(async () => (await CountsAsync()).Consumers.Sum(c => isSent ? c.Done : c.Failed) == 2);
        Assert.Equal(2, Volatile.Read(ref sent));
    }

    [Fact]
    public async Task A_process_holds_two_batches_of_a_consumer_and_no_more()
    {
        using var go = new SemaphoreSlim(0);
        const int Batch = 60;
        await store.Consumers.Save(Consumer("c") with { Concurrency = Batch }, default).Right();
        Ports["c"] = new ConsumerPort.Sends(async (_, stopping) =>
        {
            await go.WaitAsync(stopping);
            return Unit.Default;
        });
        await using var running = Start();
        await store.AppendAsync([.. Enumerable.Range(1, 5 * Batch).Select(i => Event($"e{i}"))]);
        await UntilAsync(async () => (await CountsAsync()).Consumers.Sum(c => c.Leased) >= 2 * Batch);
        await Task.Delay(50);
        Assert.Equal(2 * Batch, (await CountsAsync()).Consumers.Sum(c => c.Leased));
        go.Release(5 * Batch);
        await UntilAsync(async () => (await CountsAsync()).Completed == 5 * Batch);
    }
}
