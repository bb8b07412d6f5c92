using System.Diagnostics;
using System.Text.Json;
using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Integration.Processor;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Telemetry;

/// <summary>Dashboard and alarms against what a real processor tells a real Prometheus.</summary>
public sealed class DashboardTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    /// <summary>What they show need not have happened.</summary>
    static readonly string[] MayBeEmpty = ["Tried again"];

    static readonly string Rules = Path.Combine(RepositoryRoot(), "deploy/prometheus/alerts.yaml");

    [PrometheusFact]
    public async Task The_alarms_are_rules_and_do_as_their_tests_say()
    {
        foreach (var arguments in (string[][])[["check", "rules", Rules], ["test", "rules", Path.ChangeExtension(Rules, ".test.yaml")]])
        {
            using var tool = Process.Start(new ProcessStartInfo(PrometheusFactAttribute.PathOf("promtool")!, arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var (said, wrong) = (tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
            await tool.WaitForExitAsync();
            Assert.True(tool.ExitCode == 0, await said + await wrong);
        }
    }

    [PrometheusFact]
    public async Task Every_panel_shows_something_of_a_processor_at_work_and_alarms_fire_of_one_in_trouble()
    {
        await Outbox.GenerateAsync(Prefix, 500);
        await Outbox.AddAsync($"{Prefix}bad", new { title = "t", recipient = "" });
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Status = 14 });
        var own = $"127.0.0.1:{LoopbackPort.Free()}";
        await using var processor = await StartAsync(("HOBOM_METRICS_ADDR", own));
        await using var prometheus = await PrometheusServer.StartAsync(own, Rules);
        await Outbox.NoneIsPendingAsync(processor);
        await processor.Http.GetAsync(new Uri("/health", UriKind.Relative));
        var empty = new Dictionary<string, string>(StringComparer.Ordinal);
        await Eventually.TrueAsync(
            async () =>
            {
                empty.Clear();
                foreach (var (title, query) in Queries())
                    if ((await prometheus.QueryAsync(query)).Count == 0 && !MayBeEmpty.Contains(title)) empty[title] = query;
                return empty.Count == 0;
            },
            null, () => $"nothing to see: {string.Join("; ", empty)}");
        Assert.Empty(await prometheus.QueryAsync("hobom_relay_polled_total - hobom_relay_published_total - hobom_relay_dead_total"
            + " - hobom_relay_refused_total - hobom_relay_left_pending != 0"));

        using var paused = await processor.Http.PostAsync(
            new Uri("/hobom-event-processor/internal/api/v1/pollers/messages/pause", UriKind.Relative), null);
        await processor.KillAsync();
        await PendingAsync(prometheus, "HobomProcessorDown");
    }

    /// <summary>Each alarm's own condition holds; how long it must is tested by promtool.</summary>
    static Task PendingAsync(PrometheusServer prometheus, string alarm) => Eventually.TrueAsync(
        async () => (await prometheus.QueryAsync($"ALERTS{{alertname=\"{alarm}\"}}")).Count > 0, null, () => $"{alarm} says nothing");

    static IEnumerable<(string Title, string Query)> Queries()
    {
        using var board = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryRoot(), "deploy/grafana/hobom-slices.json")));
        return
        [
            .. board.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.TryGetProperty("targets", out _))
                .SelectMany(p => p.GetProperty("targets").EnumerateArray().Select(t => (
                    p.GetProperty("title").GetString()!,
                    t.GetProperty("expr").GetString()!.Replace("$__rate_interval", "30s", StringComparison.Ordinal)))),
        ];
    }

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
