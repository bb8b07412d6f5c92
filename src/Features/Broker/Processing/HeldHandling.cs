using Hobom.Slices.Broker.Stores;

namespace Hobom.Slices.Broker.Processing;

/// <summary>A handling that this process holds a lease on, waiting for its turn or being tried.</summary>
/// <param name="isProbe">Its consumer is paused: this one tells whether it is well again.</param>
/// <param name="isSuspect">The process that had it before did not come to an end with it.</param>
#pragma warning disable CA1001 // Without a timer there is nothing of it to dispose, and it may be cancelled after the end.
sealed class HeldHandling(Claimed claimed, Consumer consumer, ConsumerPort port, bool isProbe, bool isSuspect, DateTimeOffset leasedUntil)
#pragma warning restore CA1001
{
    readonly CancellationTokenSource lost = new();
    long leasedUntil = leasedUntil.UtcTicks;

    public Claimed Claimed => claimed;

    public Consumer Consumer => consumer;

    public ConsumerPort Port => port;

    public bool IsProbe => isProbe;

    public bool IsSuspect => isSuspect;

    public DateTimeOffset LeasedUntil
    {
        get => new(Interlocked.Read(ref leasedUntil), TimeSpan.Zero);
        set => Interlocked.Exchange(ref leasedUntil, value.UtcTicks);
    }

    public CancellationToken Lost => lost.Token;

    public LeaseRef Lease => new(claimed.HandlingId, claimed.Token);

    public void Lose() => lost.Cancel();

    /// <summary>
    /// Another process has it, or may have it. The clock says so before the next renewal does, where this process stood still for longer
    /// than its leases last.
    /// </summary>
    public bool IsLost(DateTimeOffset now) => lost.IsCancellationRequested || LeasedUntil <= now;
}
