using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

/// <summary>A lease's life is 30 s here, a publish lasts 6 s at most, and the holder's own end comes 1 s early.</summary>
public class FlowLeaseTests
{
    readonly FakeClock clock = new();
    readonly FakeLeases kept;
    readonly LogLines log = new();
    readonly FlowLease lease;

    public FlowLeaseTests()
    {
        kept = new FakeLeases(clock);
        lease = kept.NewLease(log: log);
    }

    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void It_is_renewed_for_as_long_as_it_is_held() => OnOneThread.Run(() =>
    {
        Assert.IsType<LeaseAnswer.Held>(Ask());
        var text = kept.Text;
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(lease.HasLeft(Seconds(20)));
        Assert.Equal((text, text), (kept.Text, lease.Holding));
    });

    [Fact]
    public void One_that_cannot_be_renewed_ends_for_its_holder_before_anybody_else_can_have_it() => OnOneThread.Run(() =>
    {
        Ask();
        kept.Away = true;
        clock.Advance(Seconds(22.9));
        Assert.Null(lease.Fault(lease.Times.Publish));
        clock.Advance(Seconds(0.2));
        Assert.NotNull(lease.Fault(lease.Times.Publish));
        Assert.True(lease.IsHeld);
        clock.Advance(Seconds(5.9));
        Assert.False(lease.IsHeld);
        Assert.Null(lease.Holding);
        Assert.NotNull(kept.Text);
        clock.Advance(Seconds(1.5));
        Assert.Null(kept.Text);
        Assert.Equal(["W the flow 'sample' is not this process's any more: it could not be renewed in time: no answer"], log.Lines);
    });

    [Fact]
    public void Where_Redis_has_lost_it_the_holder_stops_at_its_next_renewal_and_takes_it_anew_with_nothing_remembered() => OnOneThread.Run(() =>
    {
        var forgotten = 0;
        lease.BeforeTaking(() =>
        {
            Assert.Null(kept.Text);
            forgotten++;
            return Task.CompletedTask;
        });
        Ask();
        var before = lease.Holding;
        kept.Lose();
        clock.Advance(LeaseTimes.RenewalInterval);
        Assert.False(lease.IsHeld);
        Assert.IsType<LeaseAnswer.Held>(Ask());
        Assert.NotEqual(before, lease.Holding);
        Assert.Equal(2, forgotten);
    });

    [Fact]
    public void It_is_not_taken_anew_while_work_from_before_is_under_way() => OnOneThread.Run(() =>
    {
        var work = new TaskCompletionSource<int>();
        var running = lease.RunAsync(() => work.Task);
        kept.Lose();
        clock.Advance(LeaseTimes.RenewalInterval);
        Assert.IsType<LeaseAnswer.HeldByOther>(Ask());
        Assert.Null(kept.Text);
        work.SetResult(1);
        Assert.Equal(1, running.Ended().Match(n => n, _ => 0));
        Assert.IsType<LeaseAnswer.Held>(Ask());
    });

    [Fact]
    public void Work_that_outlasts_what_began_it_keeps_the_flow_from_being_given_back() => OnOneThread.Run(() =>
    {
        Ask();
        var stay = lease.Retain();
        var closing = lease.CloseAsync();
        Assert.False(closing.IsCompleted);
        Assert.NotNull(kept.Text);
        stay.Dispose();
        stay.Dispose();
        Assert.True(closing.IsCompletedSuccessfully);
        Assert.Null(kept.Text);
        Assert.IsType<LeaseAnswer.HeldByOther>(Ask());
    });

    [Fact]
    public void Nothing_is_run_where_another_has_the_flow_or_Redis_does_not_say() => OnOneThread.Run(() =>
    {
        kept.Away = true;
        Assert.IsType<LeaseAnswer.Unreachable>(Refused());
        kept.Away = false;
        kept.NewLease(FakeLeases.NewProcess("there")).TryAcquireAsync().Ended();
        Assert.Equal("there, process 7", Assert.IsType<LeaseAnswer.HeldByOther>(Refused()).Holder);

        LeaseAnswer Refused() => lease.RunAsync<int>(() => throw new InvalidOperationException("it ran")).Ended().Match(_ => null!, answer => answer);
    });

    [Fact]
    public void Of_two_who_see_it_free_at_once_one_gets_it() => OnOneThread.Run(() =>
    {
        var other = kept.NewLease();
        kept.AfterRead = () =>
        {
            kept.AfterRead = () => { };
            Assert.IsType<LeaseAnswer.Held>(other.TryAcquireAsync().Ended());
        };
        Assert.IsType<LeaseAnswer.HeldByOther>(Ask());
        Assert.True(other.IsHeld);
    });

    [Fact]
    public void What_a_slow_answer_put_there_in_this_processs_name_is_replaced_and_not_waited_for() => OnOneThread.Run(() =>
    {
        var me = FakeLeases.NewProcess();
        var late = LeaseHolder.New(me, clock.GetUtcNow()).Format();
        kept.Keep(late, Seconds(30));
        var mine = kept.NewLease(me);
        Assert.IsType<LeaseAnswer.Held>(mine.TryAcquireAsync().Ended());
        Assert.NotEqual(late, kept.Text);
        Assert.Equal(mine.Holding, kept.Text);
    });

    [Fact]
    public void Its_life_is_counted_from_when_it_was_asked_for_and_not_from_the_answer() => OnOneThread.Run(() =>
    {
        var slow = new TaskCompletionSource();
        kept.TakingTakes = slow.Task;
        var asked = lease.TryAcquireAsync();
        clock.Advance(Seconds(20));
        slow.SetResult();
        Assert.IsType<LeaseAnswer.Held>(asked.Ended());
        Assert.False(lease.HasLeft(Seconds(9)));
        Assert.True(lease.HasLeft(Seconds(8.9)));
    });

    [Fact]
    public void Who_gives_way_leaves_it_to_others_for_ten_seconds() => OnOneThread.Run(() =>
    {
        Ask();
        Assert.True(lease.YieldAsync().IsCompletedSuccessfully);
        Assert.Null(kept.Text);
        clock.Advance(Seconds(9));
        Assert.IsType<LeaseAnswer.HeldByOther>(Ask());
        clock.Advance(Seconds(2));
        Assert.IsType<LeaseAnswer.Held>(Ask());
    });

    [Fact]
    public void A_visit_knows_that_its_flow_is_wanted_elsewhere_or_lost() => OnOneThread.Run(() =>
    {
        var flow = FlowLeases.Whole(lease);
        var work = new TaskCompletionSource<int>();
        Ask();
        var visiting = flow.RunAsync(() => work.Task);
        Assert.Equal((false, false), (flow.Visit.GivesWay, flow.Visit.AreLost));
        var giving = lease.YieldAsync();
        Assert.Equal((true, false), (flow.Visit.GivesWay, flow.Visit.AreLost));
        kept.Lose();
        clock.Advance(LeaseTimes.RenewalInterval);
        Assert.True(flow.Visit.AreLost);
        work.SetResult(1);
        Assert.True(visiting.IsCompletedSuccessfully && giving.IsCompletedSuccessfully);
    });

    [Fact]
    public void What_is_asked_for_when_the_process_ends_is_given_back_too() => OnOneThread.Run(() =>
    {
        var forgetting = new TaskCompletionSource();
        lease.BeforeTaking(() => forgetting.Task);
        var asked = lease.TryAcquireAsync();
        var closing = lease.CloseAsync();
        forgetting.SetResult();
        Assert.IsType<LeaseAnswer.Held>(asked.Ended());
        Assert.True(closing.IsCompletedSuccessfully);
        Assert.Null(kept.Text);
        Assert.Null(clock.UntilNextTimer);
    });

    [Fact]
    public void A_sleep_that_the_steady_clock_does_not_count_ends_it_too() => OnOneThread.Run(() =>
    {
        var sleeper = new SleepingClock(clock);
        var mine = kept.NewLease(ownClock: sleeper);
        Assert.IsType<LeaseAnswer.Held>(mine.TryAcquireAsync().Ended());
        kept.Away = true;
        sleeper.Slept = TimeSpan.FromMinutes(1);
        Assert.False(mine.IsHeld);
    });

    [Fact]
    public void A_slow_delivery_has_a_life_that_leaves_it_room()
    {
        var slow = LeaseTimes.For(TimeSpan.FromSeconds(300));
        Assert.True(slow.Life - LeaseTimes.Margin - (2 * LeaseTimes.RenewalInterval) > slow.Publish);
        Assert.Equal(TimeSpan.FromSeconds(30), LeaseTimes.For(TimeSpan.FromSeconds(1)).Life);
    }

    LeaseAnswer Ask() => lease.TryAcquireAsync().Ended();

    /// <summary>A machine that slept: its wall clock has gone on, the other has not.</summary>
    sealed class SleepingClock(FakeClock inner) : TimeProvider
    {
        public TimeSpan Slept { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Slept;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime, period);
    }
}
