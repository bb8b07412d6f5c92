using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Catalogue;

public sealed class ExpiryWarningsTests
{
    [Theory]
    [InlineData(36.1, 0)]
    [InlineData(36.0, 50)]
    [InlineData(14.5, 50)]
    [InlineData(14.4, 80)]
    [InlineData(3.7, 80)]
    [InlineData(3.6, 95)]
    [InlineData(-1.0, 95)]
    public void A_letter_passes_its_marks_at_half_and_four_fifths_and_nineteen_twentieths(double hoursLeft, int mark) =>
        Assert.Equal(mark, ExpiryWarnings.MarkOf(TimeSpan.FromHours(hoursLeft)));

    [Fact]
    public void Each_mark_is_told_once_and_again_after_more_time_was_given()
    {
        var warnings = new ExpiryWarnings();
        var letter = Expiring(Noon.AddHours(72));
        string Told(DateTimeOffset now) =>
            string.Join(' ', warnings.Next([letter, Expiring(null)], now).Select(w => $"{w.Percent}x{w.Letters}"));

        Assert.Equal("", Told(Noon));
        Assert.Equal("50x1", Told(Noon.AddHours(37)));
        Assert.Equal("", Told(Noon.AddHours(38)));
        Assert.Equal("95x1", Told(Noon.AddHours(70)));
        letter = Expiring(Noon.AddHours(142));
        Assert.Equal("", Told(Noon.AddHours(70)));
        Assert.Equal("50x1", Told(Noon.AddHours(110)));
    }

    static CatalogueLetter Expiring(DateTimeOffset? at)
    {
        var summary = LetterSummary.Of(DeadLetterDecisions.Merge(null, LetterAt(Noon)));
        var key = new DeadLetterKey(new Category("menu"), at is null ? "held" : "e1");
        return new CatalogueLetter(key, summary, LetterCause.Of(key.Category, summary), at);
    }
}
