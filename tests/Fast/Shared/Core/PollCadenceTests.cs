using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

[Properties(Arbitrary = [typeof(RetryInputs)])]
public class PollCadenceTests
{
    static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);
    static readonly PollCadence Cadence = PollCadence.Resting(Rest);

    [Property]
    public void The_next_visit_follows_at_once_only_after_a_full_page(NonNegativeInt settled, NonNegativeInt left, Chance chance)
    {
        foreach (var moved in new[] { settled.Get, Cadence.FullPageRows - 1, Cadence.FullPageRows, Cadence.FullPageRows + settled.Get })
        {
            var next = Cadence.Next(new VisitResult(moved + left.Get, moved, NeighbourDown: false), 0, chance.Share);
            Assert.Equal(moved >= Cadence.FullPageRows ? TimeSpan.Zero : Rest, next);
        }
    }

    [Property]
    public bool Rows_that_cannot_move_do_not_make_it_hurry(PositiveInt found, Chance chance) =>
        Cadence.Next(new VisitResult(found.Get + Cadence.FullPageRows, 0, NeighbourDown: false), 0, chance.Share) == Rest;

    [Property]
    public void A_back_off_grows_and_never_passes_its_limit_by_more_than_a_quarter(PositiveInt rest, PositiveInt limit, Chance chance)
    {
        var cadence = new PollCadence(TimeSpan.FromMilliseconds(rest.Get), 500, TimeSpan.FromMilliseconds(limit.Get * 50));
        var longest = cadence.BackOffLimit > cadence.RestInterval ? cadence.BackOffLimit : cadence.RestInterval;
        var waits = Enumerable.Range(1, 40).Select(failures => Down(cadence, failures, chance.Share)).ToArray();
        Assert.Equal(waits.Order(), waits);
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.FromTicks(1), longest * 1.25));
        Assert.InRange(waits[0], TimeSpan.FromTicks(1), cadence.RestInterval * 1.25);
    }

    [Fact]
    public void The_back_off_begins_at_half_a_second_and_doubles_up_to_half_a_minute() =>
        Assert.Equal(
            [0.5, 1, 2, 4, 8, 16, 30, 30],
            Enumerable.Range(1, 8).Select(failures => Down(Cadence, failures, 0).TotalSeconds));

    [Fact]
    public void A_full_page_does_not_hurry_into_a_neighbour_that_is_down() =>
        Assert.True(Cadence.Next(new VisitResult(5000, 5000, NeighbourDown: true), 3, 0) > TimeSpan.Zero);

    static TimeSpan Down(PollCadence cadence, int failures, double jitter) =>
        cadence.Next(new VisitResult(0, 0, NeighbourDown: true), failures, jitter);
}
