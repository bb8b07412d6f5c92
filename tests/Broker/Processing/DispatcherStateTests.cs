using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>What an operator says about a consumer, and what its tries say; last tries, and a stop while the store is away.</summary>
public sealed partial class DispatcherTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_operators_pause_outlives_the_probe_that_is_under_way(bool isWell)
    {
        var probed = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        await store.Consumers.Save(Consumer("c") with { Kind = ConsumerKind.Webhook }, default).Right();
        await store.Consumers.SetState("c", new ConsumerState.Paused("refused", Noon), default).Right();
        Ports["c"] = new ConsumerPort.Sends(async (_, _) =>
        {
            probed.TrySetResult();
            await leave.Task;
            return isWell ? Unit.Default : new TryFailure.ConsumerDown("refused");
        });
        await using var running = Start();
        await store.AppendAsync(Event("e1"), Event("e2"));
        await probed.Task;
        var pause = new ConsumerState.Paused("by anna", null);
        await store.Consumers.SetState("c", pause, default).Right();
        leave.SetResult();
        await UntilAsync(async () => (await CountsAsync()).Consumers is [{ Leased: 0 }]);
        Assert.Equal(isWell ? 1 : 0, (await CountsAsync()).Completed);
        Assert.Equal(pause, (await store.Consumers.All(default).Right())[0].State);
    }

    [Fact]
    public async Task What_was_not_begun_when_an_operator_pauses_is_handed_back_and_a_410_beside_it_stays()
    {
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        await store.Consumers.Save(Consumer("c") with { Kind = ConsumerKind.Webhook }, default).Right();
        Ports["c"] = new ConsumerPort.Sends(async (_, _) =>
        {
            entered.TrySetResult();
            await leave.Task;
            return new TryFailure.ConsumerDown("refused");
        });
        await store.AppendAsync([.. Enumerable.Range(0, 9).Select(i => Event($"e{i}"))]);
        await using var running = Start();
        await entered.Task;
        await store.Consumers.SetState("c", new ConsumerState.Off("410 Gone"), default).Right();
        await UntilAsync(async () => (await CountsAsync()).Consumers is [{ Waiting: 8, Leased: 1 }]);
        leave.SetResult();
        await UntilAsync(async () => (await CountsAsync()).Consumers is [{ Leased: 0 }]);
        Assert.Equal(new ConsumerState.Off("410 Gone"), (await store.Consumers.All(default).Right())[0].State);
        Assert.All((await store.OneAsync("e5")).Handlings, h => Assert.Equal(0, h.Attempts));
    }

    /// <summary>Each claim is counted as a try, for it is one as soon as it is begun: what waited behind others was not.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task What_only_waited_in_the_processes_that_died_is_tried_and_is_dead_only_where_it_kills_one_itself(int retries)
    {
        var called = 0;
        await HandlerAsync("c", _ => called++);
        await store.Consumers.Save(Consumer("c") with { Retry = ConsumerRetry.Contract with { MaxRetries = retries } }, default).Right();
        await store.AppendAsync(Event("e1"));
        await store.RouteAsync();
        await store.ClaimAsync("c");
        for (var i = 1; i < 6; i++) await store.ClaimAsync("c", expired: true, now: Noon + (i * Lease));
        Clock.Advance(7 * Lease);
        var begun = false;
        await using var running = Start(store with
        {
            BeginLast = async (leases, stopping) =>
            {
                begun = called == 0;
                return await store.BeginLast(leases, stopping);
            },
        });
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
        Assert.Equal((1, true), (called, begun));
    }

    [Fact]
    public async Task A_last_try_that_cannot_be_noted_is_not_begun_and_waits()
    {
        var (called, asked, isAway) = (0, 0, true);
        await HandlerAsync("c", _ => called++);
        await store.Consumers.Save(Consumer("c") with { Retry = ConsumerRetry.Contract with { MaxRetries = 0 } }, default).Right();
        await using var running = Start(store with
        {
            BeginLast = (leases, stopping) =>
            {
                Interlocked.Increment(ref asked);
                return Volatile.Read(ref isAway)
                    ? Task.FromResult<Either<StoreFailure, Unit>>(new StoreFailure("away"))
                    : store.BeginLast(leases, stopping);
            },
        });
        await store.AppendAsync(Event("e1"));
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref asked) > 3), move: TimeSpan.FromSeconds(1));
        Assert.Equal(0, called);
        Volatile.Write(ref isAway, false);
        await UntilAsync(async () => (await CountsAsync()).Completed == 1, move: TimeSpan.FromSeconds(1));
        Assert.Equal(1, called);
    }

    [Fact]
    public async Task A_stop_while_the_store_takes_no_ends_is_over_with_its_grace()
    {
        var (entered, isAway, refused) = (new TaskCompletionSource(), false, 0);
        await store.Consumers.Save(Consumer("c"), default).Right();
        Ports["c"] = new ConsumerPort.Handles(async (_, stopping) =>
        {
            entered.TrySetResult();
            await Task.Delay(Timeout.Infinite, stopping);
            return Unit.Default;
        });
        await store.AppendAsync(Event("e1"), Event("e2"), Event("e3"));
        var running = Start(store with
        {
            Close = (closings, now, stopping) =>
            {
                if (!Volatile.Read(ref isAway)) return store.Close(closings, now, stopping);
                Interlocked.Increment(ref refused);
                return Task.FromResult<Either<StoreFailure, IReadOnlySet<Guid>>>(new StoreFailure("away"));
            },
        });
        await entered.Task;
        Volatile.Write(ref isAway, true);
        await Stop.CancelAsync();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref refused) > 0));
        Assert.False(running.Ended.IsCompleted);
        await UntilAsync(() => Task.FromResult(running.Ended.IsCompleted), move: TimeSpan.FromSeconds(1));
        Assert.InRange(Clock.GetUtcNow() - Noon, TimeSpan.FromSeconds(19), TimeSpan.FromMinutes(10));
        running.Dispatcher.Dispose();
    }
}
