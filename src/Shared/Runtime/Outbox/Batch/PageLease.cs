using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.Runtime.Outbox.Batch;

/// <summary>The page of rows that a visit has claimed, and for how long it surely has it. Safe from any thread.</summary>
/// <param name="ids">Of its rows.</param>
/// <param name="askedAt">When the backend was asked for it: its lease began no earlier there.</param>
sealed class PageLease(string token, IEnumerable<EventId> ids, TimeSpan granted, ClockReading askedAt, TimeProvider clock) : IDisposable
{
    readonly Lock gate = new();
    readonly HashSet<EventId> open = [.. ids];
    readonly CancellationTokenSource ending = new();
    (ClockReading At, TimeSpan Lease) proven = (askedAt, granted);
    bool lost;

    public string Token => token;

    /// <summary>When the visit is over.</summary>
    public CancellationToken Ended => ending.Token;

    public TimeSpan Granted
    {
        get
        {
            lock (gate) return proven.Lease;
        }
    }

    /// <summary>A row of it is neither marked nor given back.</summary>
    public bool HasOpen
    {
        get
        {
            lock (gate) return open.Count > 0;
        }
    }

    public bool IsLost => !HasLeft(TimeSpan.Zero);

    public bool Has(EventId id)
    {
        lock (gate) return open.Contains(id);
    }

    /// <summary>Whether its rows are still this process's after so long, whatever happens.</summary>
    public bool HasLeft(TimeSpan span)
    {
        lock (gate) return !lost && proven.Lease - proven.At.Elapsed(clock) > span;
    }

    public void Renewed(ClockReading asked, TimeSpan lease)
    {
        lock (gate) proven = (asked, lease);
    }

    /// <returns>False where that was known.</returns>
    public bool Lose()
    {
        lock (gate)
        {
            if (lost) return false;
            lost = true;
            return true;
        }
    }

    public void Close(EventId id)
    {
        lock (gate) open.Remove(id);
    }

    /// <summary>On this thread: all that this ends is a timer.</summary>
    public void Dispose()
    {
        ending.Cancel();
        ending.Dispose();
    }
}
