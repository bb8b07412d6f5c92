using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>Where a command reads and writes.</summary>
/// <param name="CanAsk">A person sits at the input.</param>
/// <param name="IsScreen">The output is a terminal and no file or pipe.</param>
sealed record Terminal(TextReader Input, TextWriter Output, TextWriter Error, bool CanAsk, bool IsScreen)
{
    const int UnboundWidth = 100_000;

    public static Terminal OfProcess => new(
        Console.In, Console.Out, Console.Error,
        CanAsk: !Console.IsInputRedirected && !Console.IsErrorRedirected, IsScreen: !Console.IsOutputRedirected);

    /// <summary>Fits a screen's width with borders; elsewhere one line a row, columns two blanks apart, nothing cut or coloured.</summary>
    public void WriteTable(string[] head, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = IsScreen ? TableBorder.Rounded : TableBorder.None, ShowHeaders = true };
        foreach (var name in head)
            table.AddColumn(new TableColumn(new Text(name)) { Padding = new Padding(0, 0, IsScreen ? 0 : 2, 0), NoWrap = !IsScreen });
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(LogText.Clean(cell))));
        if (IsScreen)
        {
            Screen.Write(table);
            return;
        }

        using var text = new StringWriter();
        On(text, isScreen: false).Write(table);
        WriteLines(text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd()));
    }

    public void WriteLines(IEnumerable<string> lines)
    {
        foreach (var line in lines) Output.WriteLine(line);
    }

    /// <summary>The output, for what is drawn anew.</summary>
    public IAnsiConsole Screen => On(Output, IsScreen);

    /// <summary>As it is into a file; on a screen what could steer the terminal is escaped, by which no JSON value changes.</summary>
    public void WriteJson(string json) => Output.WriteLine(IsScreen ? HarmlessJson(json) : json);

    static IAnsiConsole On(TextWriter writer, bool isScreen)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isScreen ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isScreen ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!isScreen) console.Profile.Width = UnboundWidth;
        return console;
    }

    public static string HarmlessJson(string json)
    {
        var text = new StringBuilder(json.Length);
        foreach (var rune in json.EnumerateRunes())
        {
            var shown = rune.ToString();
            if (rune.Value is '\n' or '\r' or '\t' || LogText.Clean(shown) == shown) text.Append(shown);
            else foreach (var unit in shown) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }

        return text.ToString();
    }
}
