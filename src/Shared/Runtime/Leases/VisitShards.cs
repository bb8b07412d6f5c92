using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>Which shards one visit is for: those that its process had before the outbox was asked, and no others.</summary>
/// <param name="count">Into how many the events are divided.</param>
/// <param name="numbers">Those of the visit.</param>
/// <param name="isHeld">Whether the event's shard is still this process's.</param>
/// <param name="givesWay">A shard of it is wanted elsewhere: the visit begins nothing more.</param>
/// <param name="areLost">None of them is this process's any more.</param>
public sealed class VisitShards(
    ShardCount count, IReadOnlyList<int> numbers, Func<EventId, bool> isHeld, Func<bool> givesWay, Func<bool> areLost)
{
    /// <summary>Of a flow that is nobody else's.</summary>
    public static readonly VisitShards Whole = new(ShardCount.One, [0], _ => true, () => false, () => false);

    public IReadOnlyList<int> Numbers => numbers;

    public bool GivesWay => givesWay();

    public bool AreLost => areLost();

    /// <summary>The rows that are the visit's to see to.</summary>
    public IReadOnlyList<TRow> Of<TRow>(IReadOnlyList<TRow> rows)
        where TRow : IPendingRow =>
        count.Value == 1 ? rows : [.. rows.Where(row => numbers.Contains(count.Of(row.EventId)))];

    /// <summary>Whether all of them may still be begun.</summary>
    public bool AreHeld(IReadOnlyList<CarriedEvent> events) => count.Value == 1 || events.All(e => isHeld(e.Id));
}
