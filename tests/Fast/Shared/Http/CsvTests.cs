using System.Text;
using Hobom.Slices.Http;

namespace Hobom.Slices.Tests.Fast.Shared.Http;

public sealed class CsvTests
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
    public void A_cell_stays_one_and_runs_nothing(string? text, string cell) => Assert.Equal(cell, Csv.Cell(text));

    [Fact]
    public void The_names_are_the_first_line_and_no_rows_are_a_file_too()
    {
        Assert.Equal("\uFEFFat,who\r\n", Encoding.UTF8.GetString(Csv.Of(["at", "who"], [])));
        Assert.Equal("\uFEFFat,who\r\n1,\"안나, 김\"\r\n", Encoding.UTF8.GetString(Csv.Of(["at", "who"], [["1", "안나, 김"]])));
    }
}
