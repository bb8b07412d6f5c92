using System.Net;
using Hobom.Slices.Host;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Support;
using Microsoft.AspNetCore.TestHost;

namespace Hobom.Slices.Tests.Fast.Host.Telemetry;

/// <summary>What is scraped, and by whom.</summary>
[Collection(nameof(HostApp))]
public sealed class MetricsTests(HostApp app)
{
    [Fact]
    public async Task A_scrape_has_every_metric_of_the_table_and_the_table_every_metric()
    {
        var text = await ScrapeAsync(app.Client, HostApp.InternalKey);
        var table = MetricTable.Rows();
        // Those of .NET and of the web server have their own documents.
        var scraped = Families(text).Where(f => f.StartsWith("hobom_", StringComparison.Ordinal)).ToArray();
        Assert.Empty(scraped.Except(table.Keys, StringComparer.Ordinal));
        // What nobody has told of yet has no line: those say so.
        Assert.Empty(table.Where(r => r.Value.Always).Select(r => r.Key).Except(scraped, StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_labels_are_of_closed_lists_and_hold_no_id()
    {
        var text = await ScrapeAsync(app.Client, HostApp.InternalKey);
        string[] flows = ["messages", "logs", "space", "space-logs", "law"];
        Assert.Equal(flows.Order(), LabelsOf(text, "hobom_relay_polled_total", "hobom_flow").Order());
        Assert.Contains("hobom_redis_state{", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_process_cpu_time_seconds_total", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_", text, StringComparison.Ordinal);
    }

    /// <summary>Meters are known to the exporter by name only, and all processors' meters have the same names.</summary>
    [Fact]
    public async Task Another_processor_in_the_same_process_neither_adds_to_the_scrape_nor_takes_from_it()
    {
        var before = Families(await ScrapeAsync(app.Client, HostApp.InternalKey));
        await using (var other = HostApp.Build(new FormattedLines(), [], ("HOBOM_INTERNAL_API_KEY", HostApp.InternalKey)))
        {
            await other.Api.StartAsync();
            Assert.NotEmpty(await ScrapeAsync(other.Api.GetTestClient(), HostApp.InternalKey));
        }

        Assert.Empty(before.Except(Families(await ScrapeAsync(app.Client, HostApp.InternalKey)), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("x-api-key", "", HttpStatusCode.OK)]
    [InlineData("Authorization", "Bearer ", HttpStatusCode.OK)]
    [InlineData("Authorization", "Basic ", HttpStatusCode.Unauthorized)]
    [InlineData("x-other", "", HttpStatusCode.Unauthorized)]
    public async Task A_reader_shows_its_key_as_to_the_API_or_as_Prometheus_can(string header, string before, HttpStatusCode status)
    {
        var answer = await app.SendAsync("GET", "/metrics", null, (header, before + HostApp.KeyOf(Role.Reader)));
        Assert.Equal(status, answer.StatusCode);
    }

    /// <summary>Over sockets: which port was asked is what counts.</summary>
    [Fact]
    public async Task On_a_port_of_its_own_this_machine_needs_no_key_and_nothing_else_is_there()
    {
        var (api, own) = (LoopbackPort.Free(), LoopbackPort.Free());
        await using var served = HostApp.Build(
            new FormattedLines(), ["sockets"], api, ("HOBOM_METRICS_ADDR", $"127.0.0.1:{own}"), ("HOBOM_INTERNAL_API_KEY", HostApp.InternalKey));
        await served.Api.StartAsync();
        using var client = new HttpClient();
        Assert.Contains("hobom_relay_polled_total", await ScrapeAsync(client, null, $"http://127.0.0.1:{own}"), StringComparison.Ordinal);
        // A browser asks so for a page whose site has its name lead here.
        using var rebound = await client.SendAsync(HostApp.Request("GET", $"http://127.0.0.1:{own}/metrics", null, ("Host", "rebound.example")));
        Assert.Equal(HttpStatusCode.Unauthorized, rebound.StatusCode);
        foreach (var (port, path, status) in new[]
        {
            (api, "/metrics", 404), (own, "/health", 404), (own, "/swagger/index.html", 404), (own, HttpApi.BasePath + "/dlq", 404), (api, "/health", 200),
        })
        {
            using var answer = await client.SendAsync(HostApp.Request("GET", $"http://127.0.0.1:{port}{path}", HostApp.InternalKey));
            Assert.Equal((path, status), (path, (int)answer.StatusCode));
        }
    }

    static async Task<string> ScrapeAsync(HttpClient client, string? key, string address = "")
    {
        using var answer = await client.SendAsync(HostApp.Request("GET", $"{address}/metrics", key));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    static IEnumerable<string> Families(string text) => text.Split('\n')
        .Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]).Distinct(StringComparer.Ordinal);

    static IEnumerable<string> LabelsOf(string text, string name, string label) => text.Split('\n')
        .Where(l => l.StartsWith(name + "{", StringComparison.Ordinal))
        .Select(l => l.Split($"{label}=\"")[1].Split('"')[0]);
}
