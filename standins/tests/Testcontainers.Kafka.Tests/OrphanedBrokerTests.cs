using System.Diagnostics;
using System.Globalization;

namespace Testcontainers.Kafka.Tests;

public sealed class OrphanedBrokerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_broker_and_its_data_end_with_the_process_that_started_it_even_after_kill_9()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var starter = Process.Start(
            new ProcessStartInfo("dotnet", [typeof(OrphanedBrokerTests).Assembly.Location])
            {
                RedirectStandardOutput = true,
            })!;
        var line = await starter.StandardOutput.ReadLineAsync(limit.Token);
        using var broker = Process.GetProcessById(int.Parse(line!, CultureInfo.InvariantCulture));

        var directory = BrokerDirectory.Of(broker.Id);

        starter.Kill();

        await broker.WaitForExitAsync(limit.Token);
        while (Directory.Exists(directory))
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
    }
}
