using System.Globalization;
using System.Text.RegularExpressions;

namespace Hobom.Slices.Tests.Integration.Telemetry;

/// <summary>One answer of <c>/metrics</c>.</summary>
sealed partial class Scrape(string text)
{
    readonly Dictionary<string, double> samples = Line().Matches(text).ToDictionary(
        m => m.Groups["name"].Value.Replace("{}", "", StringComparison.Ordinal),
        m => double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public static async Task<Scrape> OfAsync(HttpClient http) => new(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

    /// <summary>0 where the line is not there: nothing was counted.</summary>
    public double Of(string name, string flow) => Value($"{name}{{hobom_flow=\"{flow}\"}}") ?? 0;

    /// <param name="sample">Name and labels as they stand in the line.</param>
    public double? Value(string sample) => samples.TryGetValue(sample, out var value) ? value : null;

    public override string ToString() => text;

    [GeneratedRegex(@"^(?<name>hobom_\S+|messaging_\S+) (?<value>[-+0-9.eEaNIinf]+)(?: \d+)?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Line();
}
