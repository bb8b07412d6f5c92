using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Which rows the outbox last said were PENDING: a visit may still deliver those.</summary>
public sealed class PendingRows
{
    volatile Answer? last;

    /// <param name="areAll">No other row is pending.</param>
    public void Note(IReadOnlySet<EventId> rows, bool areAll = true) => last = new Answer(rows, areAll);

    /// <summary>As before the first answer.</summary>
    public void Forget() => last = null;

    /// <summary>Whether there were any.</summary>
    public bool Any => last is { Rows.Count: > 0 };

    /// <summary>Null before the outbox has answered for the first time, and for what a page of its rows does not tell.</summary>
    public bool? Has(EventId id) => last is { } seen && (seen.AreAll || seen.Rows.Contains(id)) ? seen.Rows.Contains(id) : null;

    sealed record Answer(IReadOnlySet<EventId> Rows, bool AreAll);
}
