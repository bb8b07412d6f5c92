using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Polling;

/// <summary>What it tells of itself: in its status, in the log, and to who asks whether it is alive.</summary>
public sealed class PollingLoopStatusTests : PollingLoopTest
{
    [Fact]
    public void Its_status_tells_since_when_it_is_down_and_what_it_did()
    {
        Report(FullPage, Problem, Problem);
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            var down = Loop.Status;
            Assert.Equal((Start, "Kafka: away", Start + TimeSpan.FromSeconds(0.5)), (down.DownSince, down.LastProblem, down.LastProblemAt));
            Assert.Equal((3, 497, 3), (down.Visits, down.Delivered, down.DeadLettered));
            Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((null, "Kafka: away", Nothing), (Loop.Status.DownSince, Loop.Status.LastProblem, Loop.Status.LastVisit));
        });
    }

    [Fact]
    public void It_stands_still_from_the_first_visit_that_left_rows_behind_for_trouble_until_one_moves_some()
    {
        var held = Problem with { Stage = VisitStage.Publish };
        Report(held, held, held, FullPage with { Found = 10, Delivered = 5, MarkedLate = 0, DeadLettered = 0, LeftPending = 5 });
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(new Standstill(Start, 3, VisitStage.Publish), Loop.Status.Standstill);
            Clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(Standstill.None, Loop.Status.Standstill);
        });
    }

    [Fact]
    public void Paused_it_does_not_stand_still()
    {
        var held = Problem with { Stage = VisitStage.Publish };
        Report(held, held);
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.NotEqual(Standstill.None, Loop.Status.Standstill);
            Loop.SetPause(new PauseNote("operator", Start));
            Assert.Equal(Standstill.None, Loop.Status.Standstill);
        });
    }

    [Fact]
    public void It_is_alive_before_it_begins_at_a_visit_however_long_and_while_a_wait_ends_in_time()
    {
        var slow = SlowVisit();
        Assert.True(Loop.IsAlive(TimeSpan.Zero));
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromHours(1));
            Assert.True(Loop.IsAlive(TimeSpan.Zero));
            slow.SetResult(Nothing);
            for (var i = 0; i < 12; i++)
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                Assert.True(Loop.IsAlive(TimeSpan.Zero));
            }
        });
        Assert.True(Loop.IsAlive(TimeSpan.Zero));
    }

    [Fact]
    public void Each_change_is_told_in_one_line_and_what_stays_the_same_in_none()
    {
        Report(Nothing, Problem, Problem, Problem with { Problem = "Redis: away" }, Nothing, Nothing, FullPage);
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(
            [
                "W samples: Kafka: away; 4 rows stay PENDING",
                "W samples: Redis: away; 4 rows stay PENDING",
                "I samples: well again after 4 s",
                "I samples: 490 delivered, 7 marked late, 3 dead letters, 0 left pending",
            ],
            Log.Lines);
        });
    }
}
