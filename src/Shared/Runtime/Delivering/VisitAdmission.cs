using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// What a visit does with the rows that a poll found, before anything is asked or written. Each row is in exactly one
/// place.
/// </summary>
/// <param name="Admitted">May be published now.</param>
/// <param name="Published">In Kafka already: only the mark is missing.</param>
/// <param name="InDoubt">Begun by an earlier visit, nobody saw how it ended: Kafka is asked.</param>
/// <param name="Elsewhere">In a replay's hands, or the same event once more: left to the next visit.</param>
public sealed record VisitAdmission<TRow>(
    IReadOnlyList<TRow> Admitted, IReadOnlyList<EventId> Published, IReadOnlyList<RowInDoubt<TRow>> InDoubt, int Elsewhere);

/// <param name="Entry">What the ledger remembers of its last publish.</param>
public sealed record RowInDoubt<TRow>(TRow Row, EventId Id, LedgerEntry Entry);

public static class VisitAdmission
{
    /// <summary>Pure. A row without an id is admitted: it cannot have been published, and will be refused.</summary>
    /// <param name="held">The events that this visit got hold of.</param>
    /// <param name="find">The ledger, as it stands.</param>
    public static VisitAdmission<TRow> Sort<TRow>(
        IReadOnlyList<TRow> rows, IReadOnlySet<EventId> held, Func<EventId, LedgerEntry?> find)
        where TRow : IPendingRow
    {
        var admitted = new List<TRow>(rows.Count);
        var published = new List<EventId>();
        var inDoubt = new List<RowInDoubt<TRow>>();
        var seen = new HashSet<EventId>(rows.Count);
        var elsewhere = 0;
        foreach (var row in rows)
        {
            if (row.EventId is not { } id) admitted.Add(row);
            else if (!held.Contains(id) || !seen.Add(id)) elsewhere++;
            else if (find(id) is not { } entry) admitted.Add(row);
            else if (entry.State is LedgerState.Published) published.Add(id);
            else inDoubt.Add(new RowInDoubt<TRow>(row, id, entry));
        }

        return new VisitAdmission<TRow>(admitted, published, inDoubt, elsewhere);
    }
}
