namespace Hobom.Slices.Runtime.Telemetry;

/// <summary>
/// How long successful publishes took, counted since the start in buckets of which each is a fifth wider than the one before: what
/// is read from them is off by a tenth at most.
/// </summary>
public sealed class PublishTimes
{
    /// <summary>From 0.1 ms to more than three minutes.</summary>
    public const int BucketCount = 84;

    const double FirstMs = 0.1;
    const double StepsPerDoubling = 4;

    readonly long[] counts = new long[BucketCount];

    public void Add(TimeSpan took) => Interlocked.Increment(ref counts[BucketOf(took.TotalMilliseconds)]);

    /// <summary>The counts as they are now.</summary>
    public long[] Look() => [.. Enumerable.Range(0, BucketCount).Select(n => Interlocked.Read(ref counts[n]))];

    /// <param name="part">From 0 to 1: 0.99 for the time that one of a hundred exceeds.</param>
    /// <returns>Milliseconds; null where nothing was counted.</returns>
    public static double? QuantileMs(IReadOnlyList<long> counts, double part)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(counts.Sum() * part));
        var below = 0L;
        for (var n = 0; n < counts.Count; n++)
        {
            below += counts[n];
            if (below >= rank) return FirstMs * Math.Pow(2, (n - 0.5) / StepsPerDoubling);
        }

        return null;
    }

    static int BucketOf(double ms) =>
        ms <= FirstMs ? 0 : Math.Min(BucketCount - 1, (int)Math.Ceiling(Math.Log2(ms / FirstMs) * StepsPerDoubling));
}
