using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Which rows the outbox last said were PENDING: a visit may still deliver those.</summary>
/// <param name="count">Into how many shards the events are divided: of each, an answer is as old as the visit that was for it.</param>
public sealed class PendingRows(ShardCount count)
{
    readonly Answer?[] last = new Answer?[count.Value];

    public PendingRows()
        : this(ShardCount.One)
    {
    }

    /// <summary>Whether there were any.</summary>
    public bool Any => Enumerable.Range(0, count.Value).Any(number => Volatile.Read(ref last[number]) is { IsEmpty: false });

    /// <summary>These and no others.</summary>
    public void Note(IReadOnlySet<EventId> rows) => Note([.. Enumerable.Range(0, count.Value)], rows, isFirst: true, areAll: true);

    /// <summary>An answer, or the next part of one.</summary>
    /// <param name="numbers">The shards that the rows are of.</param>
    /// <param name="isFirst">What was noted before is of an earlier answer.</param>
    /// <param name="areAll">No row of these shards is pending beside those of this answer.</param>
    public void Note(IReadOnlyList<int> numbers, IReadOnlySet<EventId> rows, bool isFirst, bool areAll)
    {
        var byShard = count.Value == 1 ? null : rows.ToLookup(id => count.Of(id));
        foreach (var number in numbers)
        {
            var part = byShard is null ? rows : byShard[number].ToHashSet();
            var before = isFirst ? null : Volatile.Read(ref last[number]);
            Volatile.Write(ref last[number], new Answer([.. before?.Parts ?? [], part], areAll));
        }
    }

    /// <summary>As before the first answer.</summary>
    public void Forget(int number = 0) => Volatile.Write(ref last[number], null);

    /// <summary>Null before the outbox has answered for the first time, and for what it has not told of.</summary>
    public bool? Has(EventId id) =>
        Volatile.Read(ref last[count.Of(id)])?.Has(id);

    sealed record Answer(IReadOnlyList<IReadOnlySet<EventId>> Parts, bool AreAll)
    {
        public bool IsEmpty => Parts.All(part => part.Count == 0);

        public bool? Has(EventId id) => Parts.Any(part => part.Contains(id)) ? true : AreAll ? false : null;
    }
}
