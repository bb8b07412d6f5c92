using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public sealed class VisitAdmissionTests
{
    sealed record Row(EventId? EventId) : IPendingRow
    {
        public DateTimeOffset? CreatedAt => null;
    }

    /// <param name="ids">Of the rows; 0 for a row without an id, and the same number for the same event.</param>
    /// <param name="held">Which of the events the visit got hold of, by number.</param>
    /// <param name="entries">What the ledger knows of an event, by number: 0 nothing, 1 begun, 2 published.</param>
    [Property]
    public void Each_row_is_in_one_place_and_nothing_that_may_be_in_Kafka_is_admitted(byte[] ids, bool[] held, byte[] entries)
    {
        Row[] rows = [.. ids.Select(n => new Row(n % 8 == 0 ? null : Id(n % 8)))];
        var holds = Enumerable.Range(1, 7).Where(n => n < held.Length && held[n]).Select(Id).ToHashSet();

        var sorted = VisitAdmission.Sort(rows, holds, Find);

        Assert.Equal(rows.Length, sorted.Admitted.Count + sorted.Published.Count + sorted.InDoubt.Count + sorted.Elsewhere);
        EventId[] taken =
            [.. sorted.Admitted.Select(r => r.EventId).OfType<EventId>(), .. sorted.Published, .. sorted.InDoubt.Select(d => d.Id)];
        Assert.Equal(taken.Distinct(), taken);
        Assert.Equal(holds.Intersect(rows.Select(r => r.EventId).OfType<EventId>()).OrderBy(i => i.Value), taken.OrderBy(i => i.Value));
        Assert.All(sorted.Admitted, row => Assert.True(row.EventId is not { } id || Find(id) is null));
        Assert.All(sorted.Published, id => Assert.Equal(LedgerState.Published, Find(id)!.State));
        Assert.All(sorted.InDoubt, doubt => Assert.Equal(LedgerState.Begun, doubt.Entry.State));
        Assert.Equal(rows.Where(sorted.Admitted.Contains).Distinct(), sorted.Admitted.Distinct());

        LedgerEntry? Find(EventId id)
        {
            var n = id.Value[0] - '0';
            return (n < entries.Length ? entries[n] % 3 : 0) switch
            {
                1 => new LedgerEntry(LedgerState.Begun, DateTimeOffset.UnixEpoch, 1),
                2 => new LedgerEntry(LedgerState.Published, DateTimeOffset.UnixEpoch, 0),
                _ => null,
            };
        }
    }

    static EventId Id(int n) => new($"{n}");
}
