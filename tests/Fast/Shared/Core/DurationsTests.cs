using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

[Properties(Arbitrary = [typeof(HostileText)])]
public class DurationsTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("5s", 5)]
    [InlineData("2m", 120)]
    [InlineData("72h", 259_200)]
    [InlineData("30d", 2_592_000)]
    [InlineData("7", 7)]
    [InlineData("1.5s", 1.5)]
    [InlineData("0", 0)]
    public void Each_unit_is_read(string text, double seconds) => Assert.Equal(seconds, Durations.Parse(text)?.TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("ms")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("5S")]
    [InlineData("5w")]
    [InlineData("1,5s")]
    [InlineData("1e3s")]
    [InlineData("NaN")]
    [InlineData("NaNs")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("-Infinitys")]
    [InlineData("999999999999999999999d")]
    public void Nothing_else_is_a_duration(string text) => Assert.Null(Durations.Parse(text));

    [Property]
    public void What_is_written_is_read_back(NonNegativeInt milliseconds)
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds.Get);
        Assert.Equal(duration, Durations.Parse(Durations.Format(duration)));
    }

    [Property(MaxTest = 500)]
    public bool No_text_makes_it_throw_or_gives_less_than_nothing(Hostile text) =>
        !(Durations.Parse(text.Text) < TimeSpan.Zero) && !(Durations.Parse($"5{text.Text}") < TimeSpan.Zero);
}
