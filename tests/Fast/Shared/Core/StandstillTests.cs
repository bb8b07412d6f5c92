using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

public sealed class StandstillTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Visits ten seconds apart: settled/left and, after a colon, the stage of the trouble.</summary>
    [Theory]
    [InlineData("0/3:publish", null)]
    [InlineData("0/3:publish 0/3:publish 0/3:publish", null)]
    [InlineData("0/3:publish 0/3:publish 0/3:publish 0/3:publish 0/3:publish 0/3:publish 0/3:publish 0/3:mark", "mark")]
    [InlineData("0/0:outbox 0/0:outbox 0/0:outbox 0/0:outbox 0/0:outbox 0/0:outbox 0/0:outbox 0/0:outbox 0/0:outbox", null)]
    [InlineData("0/3:publish 0/0:redis 0/0:redis 0/0:redis 0/0:redis 0/0:redis 0/0:redis 0/0:outbox", "outbox")]
    [InlineData("0/3:publish 0/3:publish 0/3:publish 1/2:publish 0/2:publish 0/2:publish 0/2:publish 0/2:publish", null)]
    [InlineData("9/2:mark 0/2:mark 0/2:mark 0/2:mark 0/2:mark 0/2:mark 0/2:mark 0/2:mark", "mark")]
    [InlineData("0/3:publish 0/3:publish 0/3:publish 0/3:publish 0/3:publish 0/3:publish 0/3:publish 3/0:", null)]
    [InlineData("0/1: 0/1: 0/1: 0/1: 0/1: 0/1: 0/1: 0/1: 0/1: 0/1:", null)]
    public void Only_rows_that_trouble_holds_back_for_longer_than_the_limit_are_a_standstill(string visits, string? stage)
    {
        var (still, now) = Fold(visits.Split(' '));
        Assert.Equal(stage, still.IsOver(Limit, now) ? still.Stage : null);
    }

    [Fact]
    public void One_visit_that_failed_is_none_however_long_ago_it_was() =>
        Assert.False(Standstill.None.After(0, 3, "publish", Noon).IsOver(Limit, Noon.AddDays(1)));

    /// <summary>So it cannot flap: between two starts there is always a whole limit without one row moved.</summary>
    [Property]
    public void It_never_begins_within_the_limit_after_a_row_moved(PositiveInt settled, NonNegativeInt left, NonEmptyArray<byte> later)
    {
        var still = Standstill.None.After(settled.Get, left.Get, "publish", Noon);
        var now = Noon;
        foreach (var seconds in later.Get)
        {
            now = now.AddSeconds(seconds % 20);
            still = still.After(0, left.Get, "mark", now);
            Assert.False(now - Noon <= Limit && still.IsOver(Limit, now));
        }
    }

    static (Standstill Still, DateTimeOffset Now) Fold(string[] visits)
    {
        var (still, now) = (Standstill.None, Noon);
        foreach (var visit in visits)
        {
            now = now.AddSeconds(10);
            var parts = visit.Split('/', ':');
            still = still.After(int.Parse(parts[0]), int.Parse(parts[1]), parts[2] is "" ? null : parts[2], now);
        }

        return (still, now);
    }
}
