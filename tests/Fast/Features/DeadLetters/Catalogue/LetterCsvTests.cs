using System.Text;
using Hobom.Slices.DeadLetters.Catalogue;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Catalogue;

public sealed class LetterCsvTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData(null, "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"no\"", "\"say \"\"no\"\"\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("=HYPERLINK(1)", "\"'=HYPERLINK(1)\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@x", "\"'@x\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    public void A_cell_stays_one_and_runs_nothing(string? text, string cell) => Assert.Equal(cell, LetterCsv.Cell(text));

    [Fact]
    public void Without_letters_there_is_the_line_of_names() =>
        Assert.StartsWith("key,category,id,", Encoding.UTF8.GetString(LetterCsv.Of([]).AsSpan(3)), StringComparison.Ordinal);
}
