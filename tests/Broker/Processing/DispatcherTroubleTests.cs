using System.Collections.Concurrent;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Consumers;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>A process that stood still, a store that is away, a search that takes its time, and a receiver that comes back.</summary>
public sealed partial class DispatcherTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task What_another_process_took_while_this_one_stood_still_is_not_sent_here()
    {
        var (sent, entered, closed) = (new ConcurrentQueue<string>(), new TaskCompletionSource(), new ConcurrentDictionary<Guid, int>());
        await SendsAsync(async (sending, stopping) =>
        {
            sent.Enqueue(sending.Claimed.Event.Id);
            entered.TrySetResult();
            await Task.Delay(Timeout.Infinite, stopping);
            return Unit.Default;
        });
        await store.AppendAsync(Event("e1"), Event("e2"));
        await using var running = Start(store with
        {
            Renew = async (leases, until, stopping) =>
            {
                var taken = await store.ClaimAsync("c", expired: true, now: Clock.GetUtcNow(), owner: "p2");
                return taken.Count == 0 ? await store.Renew(leases, until, stopping) : new System.Collections.Generic.HashSet<Guid>();
            },
            Close = (closings, now, stopping) =>
            {
                foreach (var closing in closings) closed[closing.HandlingId] = 1;
                return store.Close(closings, now, stopping);
            },
        });
        await entered.Task;
        Clock.Advance(2 * Lease);
        await UntilAsync(() => Task.FromResult(closed.Count == 2), move: Second);
        Assert.Equal(["e1"], sent);
        Assert.Equal(2, (await CountsAsync()).Consumers[0].Leased);
    }

    [Fact]
    public async Task What_waited_for_longer_than_its_lease_and_nobody_took_is_sent_all_the_same()
    {
        var (sent, entered, isAway) = (new ConcurrentQueue<string>(), new TaskCompletionSource(), true);
        await SendsAsync(async (sending, stopping) =>
        {
            sent.Enqueue(sending.Claimed.Event.Id);
            if (!entered.TrySetResult()) return Unit.Default;
            await Task.Delay(Timeout.Infinite, stopping);
            return Unit.Default;
        });
        await store.AppendAsync(Event("e1"), Event("e2"));
        await using var running = Start(store with
        {
            Renew = (leases, until, stopping) => Volatile.Read(ref isAway)
                ? Task.FromResult<Either<StoreFailure, IReadOnlySet<Guid>>>(new StoreFailure("away"))
                : store.Renew(leases, until, stopping),
        });
        await entered.Task;
        await UntilAsync(() => Task.FromResult(sent.Count > 1), move: Second);
        Volatile.Write(ref isAway, false);
        // The other one had been begun: its only try was this.
        await UntilAsync(async () => (await CountsAsync()) is { Completed: 1, Failed: 1 }, move: Second);
        Assert.Equal(["e1", "e2"], sent);
        Assert.True(Clock.GetUtcNow() >= Noon + Lease);
    }

    [Fact]
    public async Task A_lease_that_was_made_shorter_is_renewed_in_its_time()
    {
        var leave = new TaskCompletionSource();
        await store.Consumers.Save(Consumer("c") with { Timeout = TimeSpan.FromHours(1) }, default).Right();
        Ports["c"] = new ConsumerPort.Handles(async (_, _) =>
        {
            await leave.Task;
            return Unit.Default;
        });
        Tuning = Tuning with { Lease = TimeSpan.FromMinutes(10) };
        await using var running = Start();
        for (var i = 0; i < 5; i++) await MoveAsync(Second);
        Tuning = Tuning with { Lease = Lease };
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Processing == 1);
        for (var i = 0; i < 90; i++) await MoveAsync(Second);
        Assert.Empty(await store.ClaimAsync("c", expired: true, now: Clock.GetUtcNow(), owner: "p2"));
        leave.SetResult();
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
    }

    [Fact]
    public async Task Quick_handlers_that_get_no_transaction_wait_and_have_their_tries_still()
    {
        var (asked, isAway) = (0, true);
        await HandlerAsync("c", _ => { });
        await store.Consumers.Save(Consumer("c") with { Retry = ConsumerRetry.Contract with { MaxRetries = 1 } }, default).Right();
        await using var running = Start(store with
        {
            TransactTogether = async (group, now, stopping) =>
            {
                Interlocked.Increment(ref asked);
                var ends = new List<TransactionEnd>();
                foreach (var call in group.Calls)
                    ends.Add(Volatile.Read(ref isAway) ? new TransactionEnd.NotBegun() : await store.Transact(call.Claimed, call.Work, now, stopping));
                return ends;
            },
        });
        // With it the lane knows how quick they are.
        await store.AppendAsync(Event("e0"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
        await store.AppendAsync([.. Enumerable.Range(1, 10).Select(i => Event($"e{i}"))]);
        await UntilAsync(async () => Volatile.Read(ref asked) > 0 && (await CountsAsync()).Consumers is [{ Waiting: 10, Leased: 0 }]);
        Assert.InRange(Volatile.Read(ref asked), 1, 10);
        Assert.Contains("not called", (await store.OneAsync("e1")).Handlings[0].LastError, StringComparison.Ordinal);
        Volatile.Write(ref isAway, false);
        await UntilAsync(async () => (await CountsAsync()).Completed == 11, move: Second);
        Assert.All(Enumerable.Range(1, 10), i => Assert.Equal(1, store.OneAsync($"e{i}").Result.Handlings[0].Attempts));
    }

    [Fact]
    public async Task One_that_gets_no_transaction_waits_and_its_last_try_is_not_spent()
    {
        var (asked, called) = (0, 0);
        await HandlerAsync("c", _ => called++);
        await store.Consumers.Save(Consumer("c") with { Retry = ConsumerRetry.Contract with { MaxRetries = 0 } }, default).Right();
        await using var running = Start(store with
        {
            Transact = (claimed, work, now, stopping) => Interlocked.Increment(ref asked) < 4
                ? Task.FromResult<TransactionEnd>(new TransactionEnd.NotBegun { Failure = new StoreFailure("away") })
                : store.Transact(claimed, work, now, stopping),
        });
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 1, move: Second);
        Assert.Equal(1, called);
        Assert.InRange(Clock.GetUtcNow() - Noon, 3 * Second, TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_store_that_is_away_is_asked_again_when_its_wait_is_over_and_not_at_each_try_that_ends()
    {
        var (asked, isAway, entered, leave) = (0, false, new TaskCompletionSource(), new TaskCompletionSource());
        await store.Consumers.Save(Consumer("c"), default).Right();
        Ports["c"] = new ConsumerPort.Handles(async (_, _) =>
        {
            entered.TrySetResult();
            await leave.Task;
            return Unit.Default;
        });
        await using var running = Start(store with
        {
            Consumers = store.Consumers with
            {
                All = stopping =>
                {
                    if (!Volatile.Read(ref isAway)) return store.Consumers.All(stopping);
                    Interlocked.Increment(ref asked);
                    return Task.FromResult<Either<StoreFailure, IReadOnlyList<Consumer>>>(new StoreFailure("away"));
                },
            },
        });
        await store.AppendAsync(Event("e1"));
        await entered.Task;
        Volatile.Write(ref isAway, true);
        store.WakeUp.Signal();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref asked) > 0));
        var before = Volatile.Read(ref asked);
        leave.SetResult();
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
        await Task.Delay(100);
        Assert.Equal(before, Volatile.Read(ref asked));
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref asked) > before), move: Second);
        Volatile.Write(ref isAway, false);
    }

    [Fact]
    public async Task A_search_for_what_was_written_may_take_longer_than_a_try()
    {
        var (published, searches) = (0, 0);
        await store.Consumers.Save(
            Consumer("c") with { Kind = ConsumerKind.Kafka, Target = new ConsumerTarget.Topic("t", CloudEventForm.None) }, default).Right();
        Ports["c"] = new TopicSender(
            (_, _, _) => Task.FromResult<Either<PublishFailure, RecordPosition>>(
                Interlocked.Increment(ref published) == 1 ? new PublishFailure.Unknown("TIMED_OUT", "no answer") : new RecordPosition(0, 1)),
            async (_, _, _, stopping) =>
            {
                Interlocked.Increment(ref searches);
                await Task.Delay(TimeSpan.FromSeconds(40), Clock, stopping);
                return new Dictionary<EventId, RecordPosition>();
            }).AsPort();
        await using var running = Start();
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()) is var counts && counts.Completed + counts.Failed == 1, move: Second);
        Assert.Equal((1L, 2), ((await CountsAsync()).Completed, published));
        Assert.InRange(searches, 1, 100);
    }

    /// <summary>Its time limit is long, and two of its three events are dead: one is left to probe with.</summary>
    [Fact]
    public async Task A_receiver_that_is_back_gets_its_last_event_soon_whatever_its_time_limit()
    {
        var isUp = false;
        await SendsAsync((_, _) => Task.FromResult<Either<TryFailure, Unit>>(
            Volatile.Read(ref isUp) ? Unit.Default : new TryFailure.ConsumerDown("refused")));
        await using var running = Start();
        await store.AppendAsync(Event("e1"), Event("e2"), Event("e3"));
        await UntilAsync(async () => (await store.Consumers.All(default).Right())[0].State is ConsumerState.Paused);
        for (var i = 0; i < 20; i++) await SlowlyAsync();
        Volatile.Write(ref isUp, true);
        var since = Clock.GetUtcNow();
        for (var i = 0; i < 2000 && (await CountsAsync()).Completed == 0; i++) await SlowlyAsync();
        Assert.InRange(Clock.GetUtcNow() - since, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Assert.Equal((1L, 2L), ((await CountsAsync()).Completed, (await CountsAsync()).Failed));
    }

    [Theory]
    [InlineData(FailureKind.Refused)]
    [InlineData(FailureKind.Schema)]
    public async Task A_probe_whose_event_is_at_fault_is_followed_by_the_next_at_once(FailureKind kind)
    {
        var sent = 0;
        await SendsAsync((_, _) => Task.FromResult<Either<TryFailure, Unit>>(
            Interlocked.Increment(ref sent) == 1 ? new TryFailure.Permanent("no") { Kind = kind } : Unit.Default));
        await store.Consumers.SetState("c", new ConsumerState.Paused("refused", Noon), default).Right();
        await store.AppendAsync(Event("e1"), Event("e2"));
        await using var running = Start();
        await UntilAsync(async () => (await CountsAsync()) is { Completed: 1, Failed: 1 });
        await UntilAsync(async () => (await store.Consumers.All(default).Right())[0].State is ConsumerState.Active);
        Assert.Equal(Noon, Clock.GetUtcNow());
    }

    [Fact]
    public async Task A_consumer_that_waits_with_nothing_to_probe_with_is_left_as_it_is()
    {
        var paused = new ConsumerState.Paused("refused", Noon);
        await SendsAsync((_, _) => Task.FromResult<Either<TryFailure, Unit>>(Unit.Default));
        await store.Consumers.SetState("c", paused, default).Right();
        var claims = 0;
        await using var running = Start(store with
        {
            Claim = async (request, stopping) =>
            {
                var claimed = await store.Claim(request, stopping);
                Interlocked.Increment(ref claims);
                return claimed;
            },
        });
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref claims) > 2), move: Second);
        Assert.Equal(paused, (await store.Consumers.All(default).Right())[0].State);
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
    }

    async Task SendsAsync(Func<Sending, CancellationToken, Task<Either<TryFailure, Unit>>> send)
    {
        await store.Consumers.Save(
            Consumer("c") with
            {
                Kind = ConsumerKind.Webhook, Timeout = TimeSpan.FromMinutes(10), Retry = ConsumerRetry.Contract with { MaxRetries = 0 },
            },
            default).Right();
        Ports["c"] = new ConsumerPort.Sends(send);
    }

    /// <summary>So that what falls due is done before the clock goes on.</summary>
    async Task SlowlyAsync()
    {
        await MoveAsync(Second);
        await Task.Delay(10);
    }
}
