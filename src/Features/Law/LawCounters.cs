using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Law;

/// <summary>What became of an event in a visit.</summary>
enum LawEnd
{
    Sent,

    /// <summary>Saved by an earlier visit, marked by this one.</summary>
    MarkedLate,

    DeadLettered,
    LeftPending,
}

/// <summary>
/// Counts ends until the next report tells them. An event whose work went on after its visit is told by the visit in
/// which, or before which, it ended.
/// </summary>
sealed class LawCounters
{
    readonly Lock gate = new();
    readonly Dictionary<EventId, LawEnd> ends = [];
    (string Stage, string Words)? trouble;

    public void Ended(EventId id, LawEnd end)
    {
        lock (gate) ends[id] = end;
    }

    /// <summary>The first trouble since the last report is the one that is told.</summary>
    /// <param name="words">Null where there is none to tell.</param>
    public void Problem(string stage, string? words)
    {
        lock (gate) trouble ??= words is null ? null : (stage, words);
    }

    /// <summary>Rows that are still under way, or were not begun, are left pending.</summary>
    public VisitReport TakeReport(IReadOnlyList<OutboxItem<LawChangedPayload>> rows)
    {
        lock (gate)
        {
            var ids = rows.Where(r => r.EventId is not null).Select(r => r.EventId!.Value).ToHashSet();
            var found = rows.Count + ends.Keys.Count(id => !ids.Contains(id));
            var (sent, markedLate, dead) = (CountOf(LawEnd.Sent), CountOf(LawEnd.MarkedLate), CountOf(LawEnd.DeadLettered));
            var report = new VisitReport(
                found, sent, markedLate, dead, found - sent - markedLate - dead, trouble?.Words, rows.Min(r => r.CreatedAt))
            {
                Stage = trouble?.Stage,
            };
            ends.Clear();
            trouble = null;
            return report;
        }
    }

    int CountOf(LawEnd end) => ends.Values.Count(e => e == end);
}
