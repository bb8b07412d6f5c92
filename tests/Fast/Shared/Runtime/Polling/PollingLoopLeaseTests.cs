using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Polling;

/// <summary>It visits only while the flow is this process's.</summary>
public sealed class PollingLoopLeaseTests : PollingLoopTest
{
    [Fact]
    public void While_another_process_has_the_flow_it_makes_no_visit_tells_whose_it_is_and_takes_over_at_its_end()
    {
        var other = Leases.NewLease(FakeLeases.NewProcess("there"));
        OnOneThread.Run(() => Assert.IsType<LeaseAnswer.Held>(other.TryAcquireAsync().Ended()));
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal((PollerState.Standby, "there, process 7", Start), (Loop.Status.State, Loop.Status.StandBy!.Holder, Loop.Status.StandBy.Since));
            Assert.Null(Loop.Status.DownSince);
            Assert.Empty(Visits);
            Assert.True(other.CloseAsync().IsCompletedSuccessfully);
            Clock.Advance(TimeSpan.FromSeconds(2));
            Assert.InRange(Assert.Single(Visits), 60, 62);
            Assert.Null(Loop.Status.StandBy);
            Assert.Equal(["I samples: stands by, the flow is held by there, process 7", "I samples: takes over"], Log.Lines);
        });
    }

    [Fact]
    public void While_Redis_does_not_tell_whose_the_flow_is_it_makes_no_visit_and_is_down()
    {
        Leases.Away = true;
        Run(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal((Start, "Redis: no answer"), (Loop.Status.DownSince, Loop.Status.LastProblem));
            Assert.Empty(Visits);
            Leases.Away = false;
            Clock.Advance(TimeSpan.FromSeconds(9));
            Assert.NotEmpty(Visits);
        });
    }

    [Fact]
    public void Paused_it_keeps_the_flow_and_takes_it_again_when_it_was_lost() => Run(() =>
    {
        Loop.SetPause(new PauseNote("operator", Start));
        Leases.Lose();
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(Loop.Leases.IsHeld);
        Assert.Equal([0], Visits);
    });
}
