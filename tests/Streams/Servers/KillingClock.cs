namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>
/// The clock of a connection to Redis, which looks at it before each operation: the place to end a process between any two of
/// them. Time itself is the system's.
/// </summary>
sealed class KillingClock : TimeProvider
{
    long left = long.MaxValue;

    public int Killed { get; private set; }

    /// <summary>From now on a new process; null: it is not killed.</summary>
    public void KillAfter(int? looks) => Interlocked.Exchange(ref left, looks ?? long.MaxValue);

    /// <summary>Whatever of the process still runs ends too.</summary>
    public void KillRest() => Interlocked.Exchange(ref left, -1);

    public override long GetTimestamp()
    {
        if (Interlocked.Decrement(ref left) is var now && now >= 0) return base.GetTimestamp();
        if (now == -1) Killed++;
        throw new ProcessKilledException();
    }

    public sealed class ProcessKilledException() : Exception("the process was killed");
}
