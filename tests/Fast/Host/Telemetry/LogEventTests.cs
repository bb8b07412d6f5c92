using System.Text.RegularExpressions;

namespace Hobom.Slices.Tests.Fast.Host.Telemetry;

/// <summary>Every line of the log has a name that the operators' page lists.</summary>
public sealed partial class LogEventTests
{
    static readonly string Root = RepositoryRoot();

    static readonly string Sources = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    [Fact]
    public void No_line_is_without_a_name() => Assert.Empty(Unnamed().Matches(Sources).Select(m => m.Value));

    [Fact]
    public void The_table_has_every_name_and_no_other()
    {
        var used = Name().Matches(Sources).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.NotEmpty(used);
        Assert.Equal(used, Listed().Order(StringComparer.Ordinal));
    }

    static IEnumerable<string> Listed() => File.ReadLines(Path.Combine(Root, "docs/OPERATING.md"))
        .SkipWhile(l => l != "## The log").Skip(1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal))
        .Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1]);

    [GeneratedRegex(@"\.Log(Information|Warning|Error|Critical|Debug|Trace)\(\s*(?!LogEvents\.Named)\S.{0,60}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Unnamed();

    [GeneratedRegex("""LogEvents\.Named\("(?<name>[^"]+)"\)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Name();

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
