namespace Hobom.Slices.Core;

/// <summary>What a visit found, as far as it decides when to come back.</summary>
/// <param name="Settled">Rows that left PENDING.</param>
/// <param name="NeighbourDown">The backend, Kafka or Redis could not be reached.</param>
public readonly record struct VisitResult(int Found, int Settled, bool NeighbourDown)
{
    /// <summary>The outbox gives its rows by pages, and has more of them.</summary>
    public bool IsMore { get; init; }
}

/// <summary>When to poll again.</summary>
/// <param name="RestInterval">Between visits at rest.</param>
/// <param name="FullPageRows">So many rows settled in one visit say that there is more where they came from.</param>
/// <param name="BackOffLimit">The longest wait while a neighbour is down, before jitter.</param>
public sealed record PollCadence(TimeSpan RestInterval, int FullPageRows, TimeSpan BackOffLimit)
{
    public static PollCadence Resting(TimeSpan interval) => new(interval, 500, TimeSpan.FromSeconds(30));

    /// <param name="failuresInARow">Visits in a row that met a neighbour down, this one included.</param>
    /// <param name="jitter">From 0 to 1, by chance; it lengthens a back-off by up to a quarter.</param>
    public TimeSpan Next(VisitResult last, int failuresInARow, double jitter)
    {
        if (last.NeighbourDown) return BackOff(failuresInARow, jitter);
        return last.Settled >= FullPageRows || (last.IsMore && last.Settled > 0) ? TimeSpan.Zero : RestInterval;
    }

    /// <summary>Half a second, doubled with each failure: never longer than the limit, nor (at first) than the rest interval.</summary>
    TimeSpan BackOff(int failuresInARow, double jitter)
    {
        var first = Math.Min(500, RestInterval.TotalMilliseconds);
        var grown = first * Math.Pow(2, Math.Clamp(failuresInARow - 1, 0, 20));
        var limited = Math.Min(grown, Math.Max(BackOffLimit.TotalMilliseconds, RestInterval.TotalMilliseconds));
        return TimeSpan.FromMilliseconds(limited * (1 + (0.25 * Math.Clamp(jitter, 0, 1))));
    }
}
