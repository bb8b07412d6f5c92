using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Telemetry;

public sealed class PublishTimesTests
{
    [Property]
    public bool What_is_read_is_within_a_tenth_of_what_was_counted(NonEmptyArray<PositiveInt> tenthsOfMs, byte part)
    {
        var times = new PublishTimes();
        var exact = tenthsOfMs.Get.Select(n => n.Get % 1_000_000 / 10.0 + 0.1).Order().ToArray();
        foreach (var ms in exact) times.Add(TimeSpan.FromMilliseconds(ms));
        var share = part / 255.0;
        var expected = exact[Math.Max(1, (int)Math.Ceiling(exact.Length * share)) - 1];
        return PublishTimes.QuantileMs(times.Look(), share) is { } told && Math.Abs(told - expected) / expected < 0.1;
    }

    [Fact]
    public void Of_nothing_there_is_no_time_and_what_takes_for_ever_has_a_place()
    {
        var times = new PublishTimes();
        Assert.Null(PublishTimes.QuantileMs(times.Look(), 0.5));
        times.Add(TimeSpan.FromDays(1));
        times.Add(TimeSpan.Zero);
        Assert.Equal(2, times.Look().Sum());
        Assert.InRange(PublishTimes.QuantileMs(times.Look(), 0.99)!.Value, 100_000, 300_000);
    }
}
