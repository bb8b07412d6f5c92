using Hobom.Slices.Host.CommandLine;

namespace Hobom.Slices.Tests.Fast.Host.CommandLine;

public sealed class TerminalTests
{
    static readonly string[][] Rows = [["open", "dlq:menu:1", "[red]boom[/] " + new string('x', 300)], ["claimed", "dlq:law:한글", "a\u001b[2J"]];

    [Fact]
    public void Into_a_pipe_a_table_is_one_plain_line_a_row_and_nothing_is_cut()
    {
        using var output = new StringWriter();
        On(output, isScreen: false).WriteTable(["STATE", "KEY", "ERROR"], Rows);

        Assert.Equal(
            [
                "STATE    KEY           ERROR",
                "open     dlq:menu:1    [red]boom[/] " + new string('x', 300),
                "claimed  dlq:law:한글  a\\u001b[2J",
            ],
            output.ToString().TrimEnd().Split(Environment.NewLine));
    }

    [Fact]
    public void On_a_screen_it_has_borders_and_no_text_of_a_strangers_steers_the_terminal()
    {
        using var output = new StringWriter();
        On(output, isScreen: true).WriteTable(["STATE", "KEY", "ERROR"], Rows);

        Assert.Contains("│", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("[red]boom[/]", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", output.ToString(), StringComparison.Ordinal);
    }

    static Terminal On(TextWriter output, bool isScreen) => new(TextReader.Null, output, TextWriter.Null, CanAsk: false, isScreen);
}
