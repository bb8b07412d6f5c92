using System.Globalization;
using System.Text;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>Lines of Markdown, shown as they come.</summary>
sealed class ReportText
{
    readonly StringBuilder text = new();

    public void Line(string line)
    {
        Console.WriteLine(line);
        text.Append(line).Append('\n');
    }

    public void Heading(string heading)
    {
        Line("");
        Line($"## {heading}");
        Line("");
    }

    public override string ToString() => text.ToString();

    /// <returns>Median (lowest to highest).</returns>
    public static string Of<T>(IEnumerable<T> all, Func<T, double> value, string form = "F0")
    {
        double[] sorted = [.. all.Select(value).Order()];
        string Text(double number) => number.ToString(form, CultureInfo.InvariantCulture);
        return $"{Text(sorted[sorted.Length / 2])} ({Text(sorted[0])} to {Text(sorted[^1])})";
    }
}
