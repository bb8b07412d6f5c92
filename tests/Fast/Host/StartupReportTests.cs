using Hobom.Slices.Host;
using Hobom.Slices.Page;
using Hobom.Slices.Runtime.Kafka;
using Microsoft.Extensions.DependencyInjection;

namespace Hobom.Slices.Tests.Fast.Host;

[Collection(nameof(HostApp))]
public sealed class StartupReportTests
{
    [Fact]
    public async Task Each_part_is_told_in_its_own_words()
    {
        (string, string)[] variables = [("HOBOM_BROKER_PROVIDER", "memory"), ("HOBOM_STREAMS_ENABLED", "true")];
        await using var served = HostApp.Build(new FormattedLines(), [], variables);
        var log = new LogLines();
        var report = new StartupReport(HostApp.SettingsOf(variables), served.Api.Services.GetRequiredService<PageFlows>().Slices, log);
        await report.TellAsync(["http://127.0.0.1:8082"], _ => Task.FromResult<KafkaProbeResult>(new KafkaProbeResult.Answered([], [])));

        var broker = Assert.Single(log.Lines, l => l.StartsWith("I broker:", StringComparison.Ordinal));
        Assert.Contains("Memory", broker, StringComparison.Ordinal);
        Assert.Single(log.Lines, l => l.StartsWith("I streams:", StringComparison.Ordinal));
        Assert.StartsWith("I law:", Assert.Single(log.Lines, l => l.Contains("LLM", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(4, log.Lines.Count(l => l.Contains(" for topic hobom.", StringComparison.Ordinal)));
    }
}
