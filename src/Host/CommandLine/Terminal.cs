using System.Text;
using System.Globalization;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>Where a command reads and writes.</summary>
/// <param name="CanAsk">A person sits at the input.</param>
/// <param name="IsScreen">The output is a terminal and no file or pipe.</param>
sealed record Terminal(TextReader Input, TextWriter Output, TextWriter Error, bool CanAsk, bool IsScreen)
{
    public static Terminal OfProcess => new(
        Console.In, Console.Out, Console.Error,
        CanAsk: !Console.IsInputRedirected && !Console.IsErrorRedirected, IsScreen: !Console.IsOutputRedirected);

    /// <summary>As it is into a file; on a screen what could steer the terminal is escaped, by which no JSON value changes.</summary>
    public void WriteJson(string json) => Output.WriteLine(IsScreen ? HarmlessJson(json) : json);

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
