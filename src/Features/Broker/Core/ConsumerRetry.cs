namespace Hobom.Slices.Broker;

/// <summary>How often, and after how long, a consumer's failed try is made again. No worker is held while it waits.</summary>
/// <param name="MaxRetries">Tries after the first one; 0: none.</param>
/// <param name="JitterShare">From 0 to 1: the part of a delay that chance may take away, so that many do not come back at once.</param>
public sealed record ConsumerRetry(
    int MaxRetries, TimeSpan InitialDelay, TimeSpan MaxDelay, double BackoffFactor, double JitterShare)
{
    /// <summary>The contract's default policy: 1, 2 and 4 s, then given up.</summary>
    public static ConsumerRetry Contract { get; } = new(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), 2.0, 0);

    public int AttemptLimit => MaxRetries + 1;

    /// <summary>The wait before retry k (from 1): min(initial_delay x factor^(k-1), max_delay).</summary>
    /// <param name="chance">From 0 to 1.</param>
    public TimeSpan DelayBefore(int retry, double chance)
    {
        var grown = InitialDelay.TotalMilliseconds * Math.Pow(BackoffFactor, Math.Max(0, retry - 1));
        var limited = Math.Min(grown, MaxDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(limited * (1 - (JitterShare * Math.Clamp(chance, 0, 1))));
    }
}
