namespace Hobom.Slices.Runtime.Leases;

/// <summary>One time that this process has a flow, from taking it to its end. Safe from any thread.</summary>
sealed class LeaseTerm : IDisposable
{
    readonly Lock gate = new();
    readonly CancellationTokenSource ending = new();
    ClockReading provenAt;

    /// <param name="text">What Redis has while it lasts.</param>
    /// <param name="askedAt">When Redis was asked for it: its life began no earlier there.</param>
    public LeaseTerm(string text, ClockReading askedAt)
    {
        (Text, provenAt) = (text, askedAt);
        Ended = ending.Token;
    }

    public string Text { get; }

    public CancellationToken Ended { get; }

    /// <summary>How long it is surely this process's, by its own clocks; negative once it is over.</summary>
    public TimeSpan Remaining(LeaseTimes times, TimeProvider clock)
    {
        lock (gate) return times.Life - LeaseTimes.Margin - provenAt.Elapsed(clock);
    }

    /// <summary>Redis has lengthened its life.</summary>
    /// <param name="askedAt">Before it was asked to.</param>
    public void NoteProven(ClockReading askedAt)
    {
        lock (gate) provenAt = askedAt;
    }

    /// <summary>On this thread: all that this ends is a timer.</summary>
    public void Dispose()
    {
        ending.Cancel();
        ending.Dispose();
    }
}

/// <summary>A point in time on both clocks: the one that never goes back, and the one that goes on while a machine sleeps.</summary>
readonly record struct ClockReading(long Timestamp, DateTimeOffset Utc)
{
    public static ClockReading Now(TimeProvider clock) => new(clock.GetTimestamp(), clock.GetUtcNow());

    /// <summary>The longer of what the two clocks say: to believe a lease over too early costs little.</summary>
    public TimeSpan Elapsed(TimeProvider clock)
    {
        var (steady, wall) = (clock.GetElapsedTime(Timestamp), clock.GetUtcNow() - Utc);
        return steady > wall ? steady : wall;
    }
}
