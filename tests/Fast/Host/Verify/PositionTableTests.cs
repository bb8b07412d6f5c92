using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Host.Verify;

namespace Hobom.Slices.Tests.Fast.Host.Verify;

public sealed class PositionTableTests
{
    [Property]
    public void It_is_a_dictionary_of_places_and_counts(NonNegativeInt[] ids, NonNegativeInt[] met)
    {
        var table = new PositionTable(Math.Max(1, ids.Length));
        var places = new Dictionary<string, RecordPosition>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (n, id) in ids.Index())
        {
            var at = new RecordPosition(n % 7, id.Get * 3_000_000_000L);
            places[$"e{id.Get}"] = at;
            Assert.True(table.Add(HashOf(id.Get), at));
        }

        foreach (var id in met)
        {
            var known = places.ContainsKey($"e{id.Get}");
            if (known) counts[$"e{id.Get}"] = counts.GetValueOrDefault($"e{id.Get}") + 1;
            Assert.Equal(known ? counts[$"e{id.Get}"] : null, table.Meet(HashOf(id.Get)));
        }

        foreach (var id in ids)
        {
            Assert.Equal(places[$"e{id.Get}"], table.PlaceOf(HashOf(id.Get)));
            Assert.Equal(counts.GetValueOrDefault($"e{id.Get}"), table.CopiesOf(HashOf(id.Get)));
        }

        Assert.Equal(places.Count, table.Count);
    }

    [Fact]
    public void A_full_table_takes_no_more_and_an_unknown_place_is_none()
    {
        var table = new PositionTable(1);
        Assert.True(table.Add(HashOf(1), null));
        Assert.False(table.Add(HashOf(2), new RecordPosition(0, 0)));
        Assert.True(table.Add(HashOf(1), null));
        Assert.Null(table.PlaceOf(HashOf(1)));
        Assert.Null(table.CopiesOf(HashOf(2)));
    }

    static ulong HashOf(int id) => PositionTable.HashOf(new Category("logs"), new EventId($"e{id}"));
}
