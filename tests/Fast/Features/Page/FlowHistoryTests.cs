using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Page.History;

namespace Hobom.Slices.Tests.Fast.Features.Page;

public sealed class FlowHistoryTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Property]
    public bool Within_the_hour_nothing_that_was_counted_is_lost(byte[] delivered)
    {
        var history = FlowHistory.Hour();
        var total = 0L;
        history.Add(Noon, new FlowSample(0, 0, 0));
        var looks = delivered.Take(600).ToArray();
        foreach (var (n, more) in looks.Index())
        {
            total += more;
            history.Add(Noon.AddSeconds(5 * n), new FlowSample(total, total / 2, n));
        }

        var hour = history.At(Noon.AddSeconds(5 * Math.Max(0, looks.Length - 1)));
        return hour.Delivered.Sum(v => v ?? 0) == total && hour.DeadLettered.Sum(v => v ?? 0) == total / 2
            && hour.Delivered.Count == 60;
    }

    [Fact]
    public void What_nobody_saw_is_no_zero_and_what_is_older_than_an_hour_is_gone()
    {
        var history = FlowHistory.Hour();
        history.Add(Noon, new FlowSample(5, 0, 0));
        history.Add(Noon.AddMinutes(2), new FlowSample(12, 1, 3));
        var hour = history.At(Noon.AddMinutes(2));
        Assert.Equal([0, null, 7], hour.Delivered.TakeLast(3));
        Assert.Equal([0, null, 3], hour.LeftPending.TakeLast(3));
        Assert.All(hour.Delivered.SkipLast(3), Assert.Null);
        Assert.All(history.At(Noon.AddMinutes(62)).Delivered, Assert.Null);
    }

    [Fact]
    public void A_day_has_half_hours_and_no_more_of_them()
    {
        var history = FlowHistory.Day();
        history.Add(Noon, new FlowSample(5, 0, 0));
        for (var minute = 1; minute <= 3 * 24 * 60; minute++) history.Add(Noon.AddMinutes(minute), new FlowSample(5 + minute, 0, minute));
        var day = history.At(Noon.AddDays(3));
        Assert.Equal(48, day.Delivered.Count);
        Assert.All(day.Delivered.SkipLast(1), half => Assert.Equal(30, half));
        Assert.Equal(1, day.Delivered[^1]);
    }

    [Fact]
    public void A_total_that_begins_anew_counts_nothing_below_zero()
    {
        var history = FlowHistory.Hour();
        history.Add(Noon, new FlowSample(100, 10, 0));
        history.Add(Noon.AddSeconds(5), new FlowSample(3, 0, 0));
        Assert.Equal(0, history.At(Noon).Delivered[^1]);
    }
}
