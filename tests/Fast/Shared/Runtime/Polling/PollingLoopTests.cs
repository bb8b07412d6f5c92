using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Polling;

/// <summary>When it visits.</summary>
public sealed class PollingLoopTests : PollingLoopTest
{
    [Fact]
    public void It_visits_at_once_and_then_at_every_interval() => Run(() =>
    {
        Clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal([0, 5, 10, 15], Visits);
        Assert.Equal(PollerState.Waiting, Loop.Status.State);
    });

    [Fact]
    public void The_interval_begins_when_a_visit_ends()
    {
        var first = SlowVisit();
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal(PollerState.Visiting, Loop.Status.State);
            Assert.Equal([0], Visits);
            first.SetResult(Nothing);
            Clock.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal([0, 65], Visits);
        });
    }

    [Fact]
    public void A_full_page_is_followed_by_another_visit_at_once()
    {
        Report(FullPage, FullPage);
        Run(() => Assert.Equal([0, 0, 0], Visits));
    }

    [Fact]
    public void A_neighbour_that_is_down_is_asked_less_and_less_often_until_it_is_back()
    {
        Report(Problem, Problem, Problem, Nothing);
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal([0, 0.5, 1.5, 3.5, 8.5], Visits);
        });
    }

    [Fact]
    public void Answers_that_break_off_when_much_is_done_are_asked_for_again_soon()
    {
        var cutOff = Nothing with { Found = 900, Delivered = 400, LeftPending = 500, Problem = "outbox: cut off", Stage = VisitStage.Outbox };
        Report(cutOff, cutOff, cutOff);
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal([0, 0.5, 1, 1.5], Visits);
        });
    }

    [Fact]
    public void PollNow_ends_the_wait() => Run(() =>
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        Loop.PollNow();
        Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([0, 1], Visits);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1, 6], Visits);
    });

    [Fact]
    public void PollNow_during_a_visit_is_followed_by_another_at_once()
    {
        var first = SlowVisit();
        Run(() =>
        {
            Loop.PollNow();
            Loop.PollNow();
            first.SetResult(Nothing);
            Assert.Equal([0, 0], Visits);
        });
    }

    [Fact]
    public void Paused_it_makes_no_visit_until_it_is_resumed() => Run(() =>
    {
        Loop.SetPause(new PauseNote("operator", Start));
        Assert.Equal(PollerState.Paused, Loop.Status.State);
        Clock.Advance(TimeSpan.FromHours(1));
        Loop.PollNow();
        Assert.Equal(PollerState.Paused, Loop.Status.State);
        Assert.Equal([0], Visits);
        Loop.SetPause(null);
        Assert.Equal([0, 3600], Visits);
    });

    [Fact]
    public void A_visit_that_throws_does_not_end_the_loop()
    {
        Throw(new FormatException("a bug"));
        Run(() =>
        {
            Assert.Equal("internal error: FormatException: a bug", Loop.Status.LastProblem);
            Clock.Advance(TimeSpan.FromSeconds(0.5));
            Assert.Equal([0, 0.5], Visits);
            Assert.Contains("E samples: a visit failed unexpectedly", Log.Lines);
        });
    }

    [Fact]
    public void Told_to_stop_it_ends_after_the_visit_under_way()
    {
        var first = SlowVisit();
        OnOneThread.Run(() =>
        {
            var running = Loop.RunAsync(Stop.Token);
            Stop.Cancel();
            Assert.False(running.IsCompleted);
            first.SetResult(Nothing);
            Assert.Equal(TaskStatus.RanToCompletion, running.Status);
            Assert.Equal(PollerState.Stopped, Loop.Status.State);
            Assert.Equal([0], Visits);
        });
    }
}
