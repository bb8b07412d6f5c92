using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Polling;

public sealed class PollingLoopTests : IDisposable
{
    static readonly VisitReport Nothing = new(0, 0, 0, 0, 0, null, null);
    static readonly VisitReport Problem = Nothing with { Found = 4, LeftPending = 4, Problem = "Kafka: away" };
    static readonly VisitReport FullPage = Nothing with { Found = 500, Delivered = 490, MarkedLate = 7, DeadLettered = 3 };

    readonly FakeClock clock = new();
    readonly DateTimeOffset start;
    readonly LogLines log = new();
    readonly List<double> visits = [];
    readonly Queue<Func<Task<VisitReport>>> reports = [];
    readonly CancellationTokenSource stop = new();
    readonly FakeLeases leases;
    readonly PollingLoop loop;

    public PollingLoopTests()
    {
        start = clock.GetUtcNow();
        leases = new FakeLeases(clock);
        loop = new PollingLoop(
            "samples", VisitAsync, PollCadence.Resting(TimeSpan.FromSeconds(5)), FlowLeases.Whole(leases.NewLease(log: log)), clock, () => 0, log);
    }

    [Fact]
    public void It_visits_at_once_and_then_at_every_interval() => Run(() =>
    {
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal([0, 5, 10, 15], visits);
        Assert.Equal(PollerState.Waiting, loop.Status.State);
    });

    [Fact]
    public void The_interval_begins_when_a_visit_ends()
    {
        var first = new TaskCompletionSource<VisitReport>();
        reports.Enqueue(() => first.Task);
        Run(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal(PollerState.Visiting, loop.Status.State);
            Assert.Equal([0], visits);
            first.SetResult(Nothing);
            clock.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal([0, 65], visits);
        });
    }

    [Fact]
    public void A_full_page_is_followed_by_another_visit_at_once()
    {
        Report(FullPage, FullPage);
        Run(() => Assert.Equal([0, 0, 0], visits));
    }

    [Fact]
    public void It_stands_still_from_the_first_visit_that_left_rows_behind_for_trouble_until_one_moves_some()
    {
        var held = Problem with { Stage = VisitStage.Publish };
        Report(held, held, held, FullPage with { Found = 10, Delivered = 5, MarkedLate = 0, DeadLettered = 0, LeftPending = 5 });
        Run(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(new Standstill(start, 3, VisitStage.Publish), loop.Status.Standstill);
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(Standstill.None, loop.Status.Standstill);
        });
    }

    [Fact]
    public void Paused_it_does_not_stand_still()
    {
        var held = Problem with { Stage = VisitStage.Publish };
        Report(held, held);
        Run(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.NotEqual(Standstill.None, loop.Status.Standstill);
            loop.SetPause(new PauseNote("operator", start));
            Assert.Equal(Standstill.None, loop.Status.Standstill);
        });
    }

    [Fact]
    public void It_is_alive_before_it_begins_at_a_visit_however_long_and_while_a_wait_ends_in_time()
    {
        var slow = new TaskCompletionSource<VisitReport>();
        reports.Enqueue(() => slow.Task);
        Assert.True(loop.IsAlive(TimeSpan.Zero));
        Run(() =>
        {
            clock.Advance(TimeSpan.FromHours(1));
            Assert.True(loop.IsAlive(TimeSpan.Zero));
            slow.SetResult(Nothing);
            for (var i = 0; i < 12; i++)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                Assert.True(loop.IsAlive(TimeSpan.Zero));
            }
        });
        Assert.True(loop.IsAlive(TimeSpan.Zero));
    }

    [Fact]
    public void A_neighbour_that_is_down_is_asked_less_and_less_often_until_it_is_back()
    {
        Report(Problem, Problem, Problem, Nothing);
        Run(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal([0, 0.5, 1.5, 3.5, 8.5], visits);
        });
    }

    [Fact]
    public void PollNow_ends_the_wait() => Run(() =>
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        loop.PollNow();
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([0, 1], visits);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1, 6], visits);
    });

    [Fact]
    public void PollNow_during_a_visit_is_followed_by_another_at_once()
    {
        var first = new TaskCompletionSource<VisitReport>();
        reports.Enqueue(() => first.Task);
        Run(() =>
        {
            loop.PollNow();
            loop.PollNow();
            first.SetResult(Nothing);
            Assert.Equal([0, 0], visits);
        });
    }

    [Fact]
    public void Paused_it_makes_no_visit_until_it_is_resumed() => Run(() =>
    {
        loop.SetPause(new PauseNote("operator", start));
        Assert.Equal(PollerState.Paused, loop.Status.State);
        clock.Advance(TimeSpan.FromHours(1));
        loop.PollNow();
        Assert.Equal(PollerState.Paused, loop.Status.State);
        Assert.Equal([0], visits);
        loop.SetPause(null);
        Assert.Equal([0, 3600], visits);
    });

    [Fact]
    public void While_another_process_has_the_flow_it_makes_no_visit_tells_whose_it_is_and_takes_over_at_its_end()
    {
        var other = leases.NewLease(FakeLeases.NewProcess("there"));
        OnOneThread.Run(() => Assert.IsType<LeaseAnswer.Held>(other.TryAcquireAsync().Ended()));
        Run(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal((PollerState.Standby, "there, process 7", start), (loop.Status.State, loop.Status.StandBy!.Holder, loop.Status.StandBy.Since));
            Assert.Null(loop.Status.DownSince);
            Assert.Empty(visits);
            Assert.True(other.CloseAsync().IsCompletedSuccessfully);
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.InRange(Assert.Single(visits), 60, 62);
            Assert.Null(loop.Status.StandBy);
            Assert.Equal(["I samples: stands by, the flow is held by there, process 7", "I samples: takes over"], log.Lines);
        });
    }

    [Fact]
    public void While_Redis_does_not_tell_whose_the_flow_is_it_makes_no_visit_and_is_down()
    {
        leases.Away = true;
        Run(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal((start, "Redis: no answer"), (loop.Status.DownSince, loop.Status.LastProblem));
            Assert.Empty(visits);
            leases.Away = false;
            clock.Advance(TimeSpan.FromSeconds(9));
            Assert.NotEmpty(visits);
        });
    }

    [Fact]
    public void Paused_it_keeps_the_flow_and_takes_it_again_when_it_was_lost() => Run(() =>
    {
        loop.SetPause(new PauseNote("operator", start));
        leases.Lose();
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(loop.Leases.IsHeld);
        Assert.Equal([0], visits);
    });

    [Fact]
    public void A_visit_that_throws_does_not_end_the_loop()
    {
        reports.Enqueue(() => throw new FormatException("a bug"));
        Run(() =>
        {
            Assert.Equal("internal error: FormatException: a bug", loop.Status.LastProblem);
            clock.Advance(TimeSpan.FromSeconds(0.5));
            Assert.Equal([0, 0.5], visits);
            Assert.Contains("E samples: a visit failed unexpectedly", log.Lines);
        });
    }

    [Fact]
    public void Each_change_is_told_in_one_line_and_what_stays_the_same_in_none()
    {
        Report(Nothing, Problem, Problem, Problem with { Problem = "Redis: away" }, Nothing, Nothing, FullPage);
        Run(() =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(
            [
                "W samples: Kafka: away; 4 rows stay PENDING",
                "W samples: Redis: away; 4 rows stay PENDING",
                "I samples: well again after 4 s",
                "I samples: 490 delivered, 7 marked late, 3 dead letters, 0 left pending",
            ],
            log.Lines);
        });
    }

    [Fact]
    public void Its_status_tells_since_when_it_is_down_and_what_it_did()
    {
        Report(FullPage, Problem, Problem);
        Run(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            var down = loop.Status;
            Assert.Equal((start, "Kafka: away", start + TimeSpan.FromSeconds(0.5)), (down.DownSince, down.LastProblem, down.LastProblemAt));
            Assert.Equal((3, 497, 3), (down.Visits, down.Delivered, down.DeadLettered));
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((null, "Kafka: away", Nothing), (loop.Status.DownSince, loop.Status.LastProblem, loop.Status.LastVisit));
        });
    }

    [Fact]
    public void Told_to_stop_it_ends_after_the_visit_under_way()
    {
        var first = new TaskCompletionSource<VisitReport>();
        reports.Enqueue(() => first.Task);
        OnOneThread.Run(() =>
        {
            var running = loop.RunAsync(stop.Token);
            stop.Cancel();
            Assert.False(running.IsCompleted);
            first.SetResult(Nothing);
            Assert.Equal(TaskStatus.RanToCompletion, running.Status);
            Assert.Equal(PollerState.Stopped, loop.Status.State);
            Assert.Equal([0], visits);
        });
    }

    public void Dispose() => stop.Dispose();

    void Run(Action check) => OnOneThread.Run(() =>
    {
        var running = loop.RunAsync(stop.Token);
        check();
        stop.Cancel();
        Assert.Equal(TaskStatus.RanToCompletion, running.Status);
        Assert.True(loop.Leases.CloseAsync().IsCompletedSuccessfully);
        Assert.Null(clock.UntilNextTimer);
    });

    void Report(params VisitReport[] next)
    {
        foreach (var report in next) reports.Enqueue(() => Task.FromResult(report));
    }

    Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        visits.Add((clock.GetUtcNow() - start).TotalSeconds);
        return reports.TryDequeue(out var report) ? report() : Task.FromResult(Nothing);
    }
}
