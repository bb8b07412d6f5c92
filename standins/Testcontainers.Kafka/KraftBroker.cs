using System.Collections.Immutable;
using System.Diagnostics;

namespace Testcontainers.Kafka;

/// <summary>A real one-node Kafka, broker and controller in one process, run by the scripts of its distribution.</summary>
internal static class KraftBroker
{
    private const string ClusterId = "c3RhbmQtaW4tYnJva2VyMA";

    /// <summary>Writes the broker's settings into the directory and formats its storage there.</summary>
    public static async Task<BrokerCommand> PrepareAsync(
        string kafkaHome,
        string directory,
        ImmutableDictionary<string, string> environment,
        CancellationToken cancellation)
    {
        var (port, controllerPort) = LoopbackPorts.FreePair();
        var address = $"127.0.0.1:{port}";
        var settings = Path.Combine(directory, "server.properties");
        var properties = DefaultProperties(address, $"127.0.0.1:{controllerPort}", directory)
            .SetItems(BrokerProperties.In(environment));
        await File.WriteAllLinesAsync(settings, properties.Select(pair => $"{pair.Key}={pair.Value}"), cancellation);

        var variables = DefaultVariables(directory).SetItems(BrokerProperties.VariablesIn(environment));
        await FormatAsync(Script(kafkaHome, "kafka-storage.sh"), settings, variables, cancellation);
        return new BrokerCommand(
            [Script(kafkaHome, "kafka-server-start.sh"), settings], variables, _ => address, ComesBack: true);
    }

    private static string Script(string kafkaHome, string name)
    {
        var path = Path.Combine(kafkaHome, "bin", name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"KAFKA_HOME does not name an unpacked Kafka: there is no {path}.", path);
    }

    // One node cannot replicate, a test does not wait for groups to gather, and small pools start sooner.
    private static ImmutableDictionary<string, string> DefaultProperties(
        string address, string controllerAddress, string directory) => new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["controller.quorum.voters"] = $"1@{controllerAddress}",
            ["controller.listener.names"] = "CONTROLLER",
            ["listeners"] = $"PLAINTEXT://{address},CONTROLLER://{controllerAddress}",
            ["advertised.listeners"] = $"PLAINTEXT://{address}",
            ["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            ["log.dirs"] = Path.Combine(directory, "data"),
            ["auto.create.topics.enable"] = "true",
            ["num.partitions"] = "4",
            ["default.replication.factor"] = "1",
            ["offsets.topic.replication.factor"] = "1",
            ["offsets.topic.num.partitions"] = "4",
            ["transaction.state.log.replication.factor"] = "1",
            ["transaction.state.log.min.isr"] = "1",
            ["transaction.state.log.num.partitions"] = "4",
            ["share.coordinator.state.topic.replication.factor"] = "1",
            ["share.coordinator.state.topic.min.isr"] = "1",
            ["group.initial.rebalance.delay.ms"] = "0",
            ["log.cleaner.dedupe.buffer.size"] = "20971520",
            ["num.network.threads"] = "2",
            ["num.io.threads"] = "4",
        }.ToImmutableDictionary();

    private static ImmutableDictionary<string, string> DefaultVariables(string directory) =>
        new Dictionary<string, string>
        {
            ["KAFKA_HEAP_OPTS"] = "-Xms256m -Xmx512m",
            ["KAFKA_JVM_PERFORMANCE_OPTS"] = "-XX:+UseSerialGC",
            ["LOG_DIR"] = Path.Combine(directory, "logs"),
        }.ToImmutableDictionary();

    private static async Task FormatAsync(
        string script, string settings, ImmutableDictionary<string, string> variables, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(script, ["format", "--cluster-id", ClusterId, "--config", settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;

        // Formatting is over before the JVM's second compiler pays.
        start.Environment.TryAdd("KAFKA_OPTS", "-XX:TieredStopAtLevel=1");

        using var format = Process.Start(start)!;
        try
        {
            var output = format.StandardOutput.ReadToEndAsync(cancellation);
            var errors = format.StandardError.ReadToEndAsync(cancellation);
            await format.WaitForExitAsync(cancellation);
            if (format.ExitCode != 0)
                throw new InvalidOperationException($"{script} failed: {await output}{await errors}");
        }
        finally
        {
            if (!format.HasExited)
                format.Kill(entireProcessTree: true);
        }
    }
}
