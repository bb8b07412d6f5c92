namespace Hobom.Slices.Tests.Fast.Host.Telemetry;

/// <summary>The table of docs/OPERATING.md: rows of <c>| `name` | labels | meaning |</c>.</summary>
static class MetricTable
{
    const string OnlyOnce = " †";

    /// <returns>By name as it is scraped; whether it is there from the start.</returns>
    public static Dictionary<string, (bool Always, string Meaning)> Rows() => File.ReadLines(Path.Combine(RepositoryRoot(), "docs/OPERATING.md"))
        .SkipWhile(l => l != "## Metrics").Skip(1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal))
        .Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Trim('|', ' ').Split(" | "))
        .ToDictionary(
            cells => cells[0].Split('`')[1], cells => (!cells[0].EndsWith(OnlyOnce, StringComparison.Ordinal), cells[^1]), StringComparer.Ordinal);

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
