using System.Diagnostics;
using Confluent.Kafka;

namespace Hobom.Slices.Sandbox.Broker;

/// <summary><c>broker</c>: a Kafka broker for as long as it runs. <c>broker-ready</c>: does one answer?</summary>
public static class BrokerCommand
{
    public const string Usage = """
        hobom-sandbox broker
          Serves librdkafka's mock cluster, a small Kafka in memory, on a free loopback port until it is told to end.
          Prints its address, host:port, as one line.
        hobom-sandbox broker-ready --broker HOST:PORT [--time-limit S]
          Waits until the broker answers clients: exit code 0, 1 when it does not within S seconds (default 60).
        """;

    private static readonly TimeSpan s_tryLimit = TimeSpan.FromSeconds(1);

    /// <returns>The exit code.</returns>
    public static async Task<int> ServeAsync(IReadOnlyList<string> arguments, CancellationToken stopping)
    {
        _ = new CommandLine(arguments, names: [], switches: []);
        using var broker = new MockBroker();
        Console.WriteLine(broker.Address);
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
        return 0;
    }

    /// <returns>The exit code.</returns>
    public static int Await(IReadOnlyList<string> arguments, CancellationToken stopping)
    {
        var line = new CommandLine(arguments, names: ["--broker", "--time-limit"], switches: []);
        var address = line.Required("--broker");
        var limit = TimeSpan.FromSeconds(line.Number("--time-limit", limit: 1_000_000) ?? 60);
        using var client = new AdminClientBuilder([new("bootstrap.servers", address)]).SetLogHandler((_, _) => { }).Build();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < limit && !stopping.IsCancellationRequested;)
        {
            if (Answers(client)) return 0;
        }

        return 1;
    }

    private static bool Answers(IAdminClient client)
    {
        try
        {
            return client.GetMetadata(s_tryLimit).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            return false;
        }
    }
}
