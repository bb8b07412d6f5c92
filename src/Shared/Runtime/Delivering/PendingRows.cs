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
    public bool Any => Enumerable.Range(0, count.Value).Any(number => Volatile.Read(ref last[number]) is { Rows.Count: > 0 });

    /// <param name="areAll">No other row is pending.</param>
    public void Note(IReadOnlySet<EventId> rows, bool areAll = true) => Note([.. Enumerable.Range(0, count.Value)], rows, areAll);

    /// <param name="numbers">The shards that the rows are of.</param>
    /// <param name="areAll">No other row of these is pending.</param>
    public void Note(IReadOnlyList<int> numbers, IReadOnlySet<EventId> rows, bool areAll)
    {
        if (count.Value == 1)
        {
            Volatile.Write(ref last[0], new Answer(rows, areAll));
            return;
        }

        var byShard = rows.ToLookup(id => count.Of(id));
        foreach (var number in numbers) Volatile.Write(ref last[number], new Answer(byShard[number].ToHashSet(), areAll));
    }

    /// <summary>As before the first answer.</summary>
    public void Forget(int number = 0) => Volatile.Write(ref last[number], null);

    /// <summary>Null before the outbox has answered for the first time, and for what a page of its rows does not tell.</summary>
    public bool? Has(EventId id) =>
        Volatile.Read(ref last[count.Of(id)]) is { } seen && (seen.AreAll || seen.Rows.Contains(id)) ? seen.Rows.Contains(id) : null;

    sealed record Answer(IReadOnlySet<EventId> Rows, bool AreAll);
}
