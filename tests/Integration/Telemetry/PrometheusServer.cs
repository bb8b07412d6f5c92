using System.Diagnostics;
using System.Text.Json;
using Hobom.Slices.Tests.Integration.Processor;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Telemetry;

/// <summary>A Prometheus that scrapes one address each second.</summary>
sealed class PrometheusServer : IAsyncDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("hobom-prometheus-").FullName;
    readonly HttpClient http;
    readonly Process process;

    PrometheusServer(string target, string rules)
    {
        var port = LoopbackPort.Free();
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        File.WriteAllText(Path.Combine(folder, "prometheus.yaml"), $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ["{{rules}}"]
            scrape_configs:
              - job_name: hobom-slices
                static_configs: [{targets: ["{{target}}"]}]
            """);
        process = Process.Start(new ProcessStartInfo(PrometheusFactAttribute.PathOf("prometheus")!, [
            $"--config.file={folder}/prometheus.yaml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error"]))!;
    }

    public static async Task<PrometheusServer> StartAsync(string target, string rules)
    {
        var server = new PrometheusServer(target, rules);
        await Eventually.TrueAsync(async () => (await server.QueryAsync("up == 1")).Count > 0, null, () => $"Prometheus does not scrape {target}");
        return server;
    }

    /// <summary>The labels of each sample of the answer.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> QueryAsync(string query)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative));
            var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            if (json.GetProperty("status").GetString() != "success")
                throw new InvalidOperationException($"{query}: {json.GetProperty("error").GetString()}");
            return [.. json.GetProperty("data").GetProperty("result").EnumerateArray().Select(sample => sample.GetProperty("metric")
                .EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString()!, StringComparer.Ordinal))];
        }
        catch (Exception notYet) when (notYet is HttpRequestException or JsonException)
        {
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
