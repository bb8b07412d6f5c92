using Hobom.Slices.Law;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawProgressStoreTextTests
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_731_000_000_000);

    [Theory]
    [InlineData(LawStage.Generated, "1 generated 1731000000000")]
    [InlineData(LawStage.SaveBegun, "1 save-begun 1731000000000")]
    [InlineData(LawStage.Saved, "1 saved 1731000000000")]
    public void Progress_is_stored_as_text_with_a_version(LawStage stage, string text)
    {
        var progress = new LawProgress(stage, Now);
        Assert.Equal(text, progress.Format());
        Assert.Equal(progress, LawProgress.Parse(text, Now.AddDays(1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2 saved 1731000000000")]
    [InlineData("1 nothing 1731000000000")]
    [InlineData("1 saved x")]
    [InlineData("1 saved 99999999999999999")]
    [InlineData("1 saved 1731000000000 more")]
    public void Progress_that_cannot_be_read_counts_as_a_save_that_was_begun(string text) =>
        Assert.Equal(new LawProgress(LawStage.SaveBegun, Now), LawProgress.Parse(text, Now));

    [Fact]
    public void Calls_are_counted_for_24_hours_from_the_first()
    {
        var calls = GenerateCalls.NoneSince(Now).PlusOne.PlusOne;
        Assert.Equal("1 2 1731000000000", calls.Format());
        Assert.Equal(calls, GenerateCalls.Parse(calls.Format(), Now.AddHours(23)));
        Assert.Equal(TimeSpan.FromHours(1), calls.TimeLeft(Now.AddHours(23)));
        Assert.Equal(GenerateCalls.NoneSince(Now.AddHours(24)), GenerateCalls.Parse(calls.Format(), Now.AddHours(24)));
        Assert.Equal((false, true), (calls.IsSpent, calls.PlusOne.IsSpent));
        Assert.Equal(0, GenerateCalls.NoneSince(Now).MinusOne.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2 3 1731000000000")]
    [InlineData("1 x 1731000000000")]
    [InlineData("1 3 1731000000001")]
    public void Calls_that_cannot_be_read_or_lie_ahead_begin_anew(string text) =>
        Assert.Equal(GenerateCalls.NoneSince(Now), GenerateCalls.Parse(text, Now));
}
