using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>One process, whole, over the memory store and a clock that is moved by hand.</summary>
public sealed partial class DispatcherTests : DispatcherRun
{
    readonly BrokerStore store;

    public DispatcherTests()
        : base(Noon) => store = MemoryStore.Open(1000, Clock);

    [Fact]
    public async Task An_event_reaches_each_of_its_consumers_once()
    {
        var (one, other) = (new List<string>(), new List<string>());
        await HandlerAsync("one", c => one.Add(c.Event.Id));
        await HandlerAsync("other", c => other.Add(c.Event.Id), "public.*.create");
        await using var running = Start();
        await store.AppendAsync(Event("e1"), Event("e2", "admin.x"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 2);
        Assert.Equal(["e1", "e2"], one);
        Assert.Equal(["e1"], other);
    }

    [Fact]
    public async Task At_rest_it_asks_the_store_nothing()
    {
        await HandlerAsync("c", _ => { });
        var turns = 0;
        await using var running = Start(store with
        {
            Route = (request, stopping) =>
            {
                Interlocked.Increment(ref turns);
                return store.Route(request, stopping);
            },
        });
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
        for (var seen = 0; seen <= 20 && seen != Volatile.Read(ref turns); await Task.Delay(500)) seen = Volatile.Read(ref turns);
        Assert.InRange(turns, 1, 20);
    }

    [Fact]
    public async Task A_handler_that_throws_is_tried_again_after_its_waits_and_then_dead()
    {
        var calls = new List<DateTimeOffset>();
        await HandlerAsync("c", _ =>
        {
            calls.Add(Clock.GetUtcNow());
            throw new InvalidOperationException("no");
        });
        await using var running = Start();
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Failed == 1, move: TimeSpan.FromMilliseconds(100));
        var dead = (await store.OneAsync("e1")).Handlings[0];
        Assert.Equal((3, "InvalidOperationException: no", FailureKind.Threw), (dead.Attempts, dead.LastError, dead.Kind));
        Assert.Equal(3, calls.Count);
        Assert.True(calls[1] - calls[0] >= TimeSpan.FromSeconds(1) && calls[2] - calls[1] >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task One_consumers_failure_does_not_repeat_anothers_success()
    {
        var good = 0;
        await HandlerAsync("good", _ => good++);
        await HandlerAsync("bad", _ => throw new InvalidOperationException("no"));
        await using var running = Start();
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Failed == 1, move: TimeSpan.FromSeconds(1));
        Assert.Equal(1, good);
    }

    [Fact]
    public async Task A_handler_that_hangs_ends_with_its_time_limit_and_the_others_go_on()
    {
        var done = 0;
        await store.Consumers.Save(Consumer("hangs") with { Retry = ConsumerRetry.Contract with { MaxRetries = 0 } }, default).Right();
        Ports["hangs"] = new ConsumerPort.Handles(async (_, _) =>
        {
            await new TaskCompletionSource().Task;
            return Unit.Default;
        });
        await HandlerAsync("quick", _ => done++);
        await using var running = Start();
        await store.AppendAsync(Event("e1"), Event("e2"));
        await UntilAsync(() => Task.FromResult(done == 2));
        await UntilAsync(async () => (await CountsAsync()).Failed == 2, move: TimeSpan.FromSeconds(5));
        var dead = (await store.OneAsync("e1")).Handlings[0];
        Assert.Equal(("no end after 30s", FailureKind.TimedOut), (dead.LastError, dead.Kind));
    }

    [Fact]
    public async Task A_receiver_that_is_down_pauses_its_consumer_costs_no_letters_and_is_found_when_it_is_back()
    {
        var up = false;
        var tries = 0;
        await store.Consumers.Save(Consumer("c") with { Kind = ConsumerKind.Webhook, Concurrency = 1 }, default).Right();
        Ports["c"] = new ConsumerPort.Sends((_, _) =>
        {
            tries++;
            return Task.FromResult<Either<TryFailure, Unit>>(up ? Unit.Default : new TryFailure.ConsumerDown("refused"));
        });
        await using var running = Start();
        await store.AppendAsync([.. Enumerable.Range(0, 50).Select(i => Event($"e{i}"))]);
        await UntilAsync(async () => (await store.Consumers.All(default).Right())[0].State is ConsumerState.Paused);
        for (var i = 0; i < 600; i++) await MoveAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(0, (await CountsAsync()).Failed);
        Assert.InRange(tries, 3, 30);
        up = true;
        await UntilAsync(async () => (await CountsAsync()).Completed == 50, move: TimeSpan.FromSeconds(1));
        Assert.IsType<ConsumerState.Active>((await store.Consumers.All(default).Right())[0].State);
    }

    [Fact]
    public async Task A_receiver_that_wants_no_more_is_switched_off_and_its_events_wait()
    {
        await store.Consumers.Save(Consumer("c") with { Kind = ConsumerKind.Webhook }, default).Right();
        Ports["c"] = new ConsumerPort.Sends((_, _) => Task.FromResult<Either<TryFailure, Unit>>(new TryFailure.ConsumerGone("410 Gone")));
        await using var running = Start();
        await store.AppendAsync(Event("e1"), Event("e2"));
        await UntilAsync(async () => (await store.Consumers.All(default).Right())[0].State is ConsumerState.Off);
        await UntilAsync(async () => (await CountsAsync()).Consumers[0] is { Waiting: 2, Leased: 0 });
    }

    [Fact]
    public async Task A_handling_that_killed_its_processes_is_dead_after_its_tries()
    {
        await HandlerAsync("c", _ => Assert.Fail("it was begun often enough"));
        await store.AppendAsync(Event("e1"));
        await store.RouteAsync();
        await store.ClaimAsync("c");
        for (var i = 1; i < 3; i++)
        {
            var held = Assert.Single(await store.ClaimAsync("c", expired: true, now: Noon + (i * Lease)));
            if (i == 2) await store.BeginLast([new LeaseRef(held.HandlingId, held.Token)], default).Right();
        }

        Clock.Advance(4 * Lease);
        await using var running = Start();
        await UntilAsync(async () => (await CountsAsync()).Failed == 1);
        var dead = (await store.OneAsync("e1")).Handlings[0];
        Assert.StartsWith("the last of 3 tries was begun", dead.LastError, StringComparison.Ordinal);
        Assert.Equal(FailureKind.ProcessDied, dead.Kind);
    }

    [Fact]
    public async Task A_stop_hands_back_what_was_not_begun_and_waits_for_what_was()
    {
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        await store.Consumers.Save(Consumer("c"), default).Right();
        Ports["c"] = new ConsumerPort.Handles(async (_, _) =>
        {
            entered.TrySetResult();
            await leave.Task;
            return Unit.Default;
        });
        await store.AppendAsync(Event("e1"), Event("e2"), Event("e3"));
        var running = Start();
        await entered.Task;
        await Stop.CancelAsync();
        await UntilAsync(async () => (await CountsAsync()).Consumers[0] is { Waiting: 2, Leased: 1 });
        Assert.False(running.Ended.IsCompleted);
        leave.SetResult();
        await running.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, (await CountsAsync()).Completed);
        Assert.All((await store.OneAsync("e2")).Handlings, h => Assert.Equal(0, h.Attempts));
    }

    [Fact]
    public async Task Leases_are_renewed_as_long_as_a_try_goes_on()
    {
        var leave = new TaskCompletionSource();
        await store.Consumers.Save(Consumer("c") with { Timeout = TimeSpan.FromHours(1) }, default).Right();
        Ports["c"] = new ConsumerPort.Handles(async (_, _) =>
        {
            await leave.Task;
            return Unit.Default;
        });
        await using var running = Start();
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Processing == 1);
        for (var i = 0; i < 60; i++) await MoveAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(await store.ClaimAsync("c", expired: true, now: Clock.GetUtcNow(), owner: "p2"));
        leave.SetResult();
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
    }

    [Fact]
    public async Task D5_one_that_waits_for_its_next_try_holds_up_no_other()
    {
        var calls = new List<string>();
        await HandlerAsync("c", c =>
        {
            calls.Add(c.Event.Id);
            if (c.Event.Id == "bad") throw new InvalidOperationException("no");
        });
        await using var running = Start();
        await store.AppendAsync([Event("bad"), .. Enumerable.Range(0, 30).Select(i => Event($"e{i}"))]);
        await UntilAsync(async () => (await CountsAsync()).Completed == 30);
        Assert.Equal(1, calls.Count(c => c == "bad"));
        Assert.Equal(1, (await CountsAsync()).Consumers[0].Failed);
    }

    /// <summary>The predecessor's loop noted the wake-up, and slept on.</summary>
    [Fact]
    public async Task H4_a_wake_up_in_the_middle_of_a_turn_is_not_lost()
    {
        var (handled, appended) = (0, 0);
        await HandlerAsync("c", _ => handled++);
        await using var running = Start(store with
        {
            Due = async (now, stopping) =>
            {
                var found = await store.Due(now, stopping);
                if (Interlocked.Exchange(ref appended, 1) == 0) await store.AppendAsync(Event("e1"));
                return found;
            },
        });
        await UntilAsync(() => Task.FromResult(handled == 1));
    }

    [Fact]
    public async Task H16_a_stop_at_rest_waits_for_nothing()
    {
        await HandlerAsync("c", _ => { });
        var running = Start();
        await store.AppendAsync(Event("e1"));
        await UntilAsync(async () => (await CountsAsync()).Completed == 1);
        await Task.Delay(100);
        await running.DisposeAsync();
        Assert.Equal(Noon, Clock.GetUtcNow());
    }

    /// <summary>The predecessor took ten events each five seconds.</summary>
    [Fact]
    public async Task H17_a_full_batch_is_followed_by_the_next_at_once()
    {
        await HandlerAsync("c", _ => { });
        await store.AppendAsync([.. Enumerable.Range(0, 400).Select(i => Event($"e{i}"))]);
        await using var running = Start();
        await UntilAsync(async () => (await CountsAsync()).Completed == 400);
        Assert.Equal(Noon, Clock.GetUtcNow());
    }

    async Task HandlerAsync(string name, Action<HandlerContext> handle, string pattern = "*")
    {
        await store.Consumers.Save(Consumer(name, pattern), default).Right();
        Ports[name] = new ConsumerPort.Handles((context, _) =>
        {
            handle(context);
            return Task.FromResult<Either<TryFailure, Unit>>(Unit.Default);
        });
    }

    Running Start(BrokerStore? reached = null) => StartOn(reached ?? store);

    Task<StoreCounts> CountsAsync() => store.Read.Count(default).Right();
}
