using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hobom.Slices.Tests.Integration.Kafka;

/// <summary>A test that needs Kafka's own broker: <c>KAFKA_HOME</c> names an unpacked Kafka.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaFactAttribute : FactAttribute
{
    public RealKafkaFactAttribute()
    {
        if (RealKafka.Home is null) Skip = "KAFKA_HOME names no Kafka";
    }
}

/// <summary>One broker on loopback that creates no topics by itself and takes records of up to 100,000 bytes.</summary>
public sealed class RealKafka : IAsyncLifetime
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly string folder = Directory.CreateTempSubdirectory("kafka-test-").FullName;
    readonly int port = FreePort();
    Process? broker;

    public static string? Home => Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } home
        && File.Exists(Path.Combine(home, "bin", "kafka-server-start.sh")) ? home : null;

    public string Address => $"127.0.0.1:{port}";

    public async Task InitializeAsync()
    {
        if (Home is null) return;
        var settings = Path.Combine(folder, "server.properties");
        await File.WriteAllTextAsync(settings, Properties(FreePort()));
        using (var format = Start("kafka-storage.sh", "format", "--cluster-id", "aG9ib20tdGVzdC1icm9rZXI", "--config", settings))
        {
            await format.WaitForExitAsync();
            Assert.Equal(0, format.ExitCode);
        }

        broker = Start("kafka-server-start.sh", settings);
        using var admin = Admin();
        var begun = Stopwatch.GetTimestamp();
        while (!Answers(admin)) Assert.True(Stopwatch.GetElapsedTime(begun) < StartLimit, $"no broker, see {folder}");
    }

    public async Task CreateTopicAsync(string name, int partitions)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    /// <summary>The broker stops dead, its connections stay open; it goes on where it was when thawed.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public async Task DisposeAsync()
    {
        if (broker is not null)
        {
            broker.Kill(entireProcessTree: true);
            await broker.WaitForExitAsync();
            broker.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", broker!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    IAdminClient Admin() => new AdminClientBuilder(
        new Dictionary<string, string> { ["bootstrap.servers"] = Address }).SetLogHandler((_, _) => { }).Build();

    static bool Answers(IAdminClient admin)
    {
        try
        {
            return admin.GetMetadata(TimeSpan.FromSeconds(1)).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    static Process Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Home!, "bin", script), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    string Properties(int controllerPort) => $"""
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:{controllerPort}
        listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controllerPort}
        advertised.listeners=PLAINTEXT://127.0.0.1:{port}
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        log.dirs={folder}/data
        auto.create.topics.enable=false
        message.max.bytes=100000
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        log.cleaner.dedupe.buffer.size=20971520
        """;
}
