using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Which rows the outbox last said were PENDING: a visit may still deliver those.</summary>
public sealed class PendingRows
{
    volatile IReadOnlySet<EventId>? last;

    /// <param name="all">Every pending row of one complete answer.</param>
    public void Note(IReadOnlySet<EventId> all) => last = all;

    /// <summary>As before the first answer.</summary>
    public void Forget() => last = null;

    /// <summary>Whether there were any.</summary>
    public bool Any => last is { Count: > 0 };

    /// <summary>Null before the outbox has answered for the first time.</summary>
    public bool? Has(EventId id) => last?.Contains(id);
}
