using FsCheck.Xunit;
using Hobom.Slices.Broker;

namespace Hobom.Slices.Tests.Broker.Core;

public sealed class GroupSizeTests
{
    [Theory]
    [InlineData(null, 500, 10, 1)]
    [InlineData(0.0, 500, 10, 100)]
    [InlineData(0.0, 500, 1, 100)]
    [InlineData(0.0, 3, 10, 3)]
    [InlineData(1.0, 3, 10, 3)]
    [InlineData(1.0, 500, 1, 20)]
    [InlineData(2.0, 50, 10, 5)]
    [InlineData(5.0, 3, 10, 1)]
    [InlineData(20.0, 500, 1, 1)]
    [InlineData(1000.0, 500, 1, 1)]
    public void As_many_as_fit_in_the_time_and_split_up_where_a_commit_costs_less_than_the_calls(double? averageMs, int waiting, int free, int size) =>
        Assert.Equal(size, GroupSize.Of(averageMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null, waiting, free));

    [Property]
    public bool A_group_is_never_empty_never_above_the_limit_and_fits_in_the_time_by_the_average(uint ticks, ushort waiting, byte free)
    {
        var average = TimeSpan.FromTicks(ticks);
        var size = GroupSize.Of(average, waiting + 1, free + 1);
        return size is >= 1 and <= GroupSize.Limit && size <= waiting + 1 && (size == 1 || average * size <= GroupSize.Time);
    }

    [Property]
    public bool The_average_lies_between_what_it_is_made_of(uint before, uint latest)
    {
        var (b, l) = (TimeSpan.FromTicks(before), TimeSpan.FromTicks(latest));
        var average = GroupSize.Average(b, l);
        return average >= (b < l ? b : l) && average <= (b < l ? l : b) && GroupSize.Average(null, l) == l;
    }
}
