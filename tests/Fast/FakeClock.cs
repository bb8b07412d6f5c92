namespace Hobom.Slices.Tests.Fast;

/// <summary>
/// A clock that stands still until told otherwise. Timers fire inside <see cref="Advance"/>, in order of time. For the
/// simulation, and for tests of what waits, and waits again: FakeTimeProvider, which the other tests use, neither tells
/// when its next timer is due nor lets go of the timers of a process that is no more, and one step over several waits in
/// a row ends the first of them only.
/// </summary>
sealed class FakeClock : TimeProvider
{
    readonly List<FakeTimer> timers = [];
    DateTimeOffset now = new(2026, 3, 5, 12, 51, 13, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>From now to the first timer that is set; null where none is.</summary>
    public TimeSpan? UntilNextTimer => timers.Count == 0 ? null : timers.Min(t => t.DueAt) - now;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var end = now + by;
        while (timers.Where(t => t.DueAt <= end).MinBy(t => t.DueAt) is { } next)
        {
            now = next.DueAt;
            timers.Remove(next);
            next.Fire();
        }

        now = end;
    }

    /// <summary>The process that set the timers is no more.</summary>
    public void DropTimers() => timers.Clear();

    sealed class FakeTimer(FakeClock clock, Action fire) : ITimer
    {
        TimeSpan every = Timeout.InfiniteTimeSpan;

        public DateTimeOffset DueAt { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.timers.Remove(this);
            every = period;
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            DueAt = clock.now + dueTime;
            clock.timers.Add(this);
            return true;
        }

        public void Fire()
        {
            if (every != Timeout.InfiniteTimeSpan) Change(every, every);
            fire();
        }

        public void Dispose() => clock.timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
