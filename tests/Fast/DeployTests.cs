using System.Text.RegularExpressions;
using Hobom.Slices.Host;
using Hobom.Slices.Tests.Fast.Host.Telemetry;

namespace Hobom.Slices.Tests.Fast;

/// <summary>Dashboard, alarms and runbooks speak of metrics and alarms that there are.</summary>
public sealed partial class DeployTests
{
    static readonly string Root = RepositoryRoot();

    static readonly string Alarms = File.ReadAllText(Path.Combine(Root, "deploy/prometheus/alerts.yaml"));

    [Theory]
    [InlineData("deploy/prometheus/alerts.yaml")]
    [InlineData("deploy/prometheus/alerts.test.yaml")]
    [InlineData("deploy/grafana/hobom-slices.json")]
    public void Every_metric_is_in_the_table(string file)
    {
        var known = MetricTable.Rows().Keys.ToHashSet(StringComparer.Ordinal);
        var named = Metric().Matches(File.ReadAllText(Path.Combine(Root, file))).Select(m => Suffix().Replace(m.Value, ""))
            .Except(Labels, StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(known, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_alarm_has_a_runbook_that_it_names_and_every_runbook_an_alarm()
    {
        var alarms = Alarm().Matches(Alarms).Select(m => m.Groups["name"].Value).ToArray();
        Assert.Equal(10, alarms.Length);
        var runbooks = File.ReadLines(Path.Combine(Root, "docs/RUNBOOKS.md")).Where(l => l.StartsWith("## ", StringComparison.Ordinal)).Select(l => l[3..]);
        Assert.Equal(alarms.Order(StringComparer.Ordinal), runbooks.Order(StringComparer.Ordinal));
        Assert.All(alarms, a => Assert.Contains($"runbook: docs/RUNBOOKS.md#{a.ToLowerInvariant()}\n", Alarms, StringComparison.Ordinal));
    }

    /// <summary>Where the compose file names no port of their own, the metrics are on the API's, which asks for a key.</summary>
    [Fact]
    public void What_is_scraped_is_where_the_compose_file_serves_it_and_with_a_key()
    {
        var compose = File.ReadAllText(Path.Combine(Root, "deploy/compose.yaml"));
        var processor = compose[compose.IndexOf("\n  processor:\n", StringComparison.Ordinal)..compose.IndexOf("\n  sandbox:\n", StringComparison.Ordinal)];
        var served = new[] { "HOBOM_METRICS_ADDR", "HOBOM_HTTP_ADDR" }
            .Select(name => Regex.Match(processor, $"{name}: \":(?<port>[0-9]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            .FirstOrDefault(set => set.Success)?.Groups["port"].Value ?? $"{ListenAddress.Default.Port}";
        var prometheus = File.ReadAllLines(Path.Combine(Root, "deploy/prometheus/prometheus.yaml")).Select(l => l.Trim()).ToArray();
        Assert.Contains($"- targets: [\"processor:{served}\"]", prometheus);
        Assert.Contains(prometheus, l => l.StartsWith("authorization:", StringComparison.Ordinal));
    }

    static readonly string[] Labels =
    [
        "hobom_flow", "hobom_state", "hobom_status", "hobom_category", "hobom_cause", "hobom_time_left", "messaging_destination_name",
        "messaging_operation_name", "messaging_operation_type", "messaging_system",
    ];

    [GeneratedRegex(@"\b(hobom|messaging)_[a-z0-9_]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|count|sum)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Suffix();

    [GeneratedRegex(@"alert: (?<name>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Alarm();

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
