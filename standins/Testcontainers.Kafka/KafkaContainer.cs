namespace Testcontainers.Kafka;

/// <summary>One broker on loopback. Not for concurrent use.</summary>
public sealed class KafkaContainer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly Func<string, CancellationToken, Task<BrokerCommand>> prepare;
    private BrokerCommand? command;
    private DirectoryInfo? directory;
    private GuardedProcess? broker;
    private string? address;

    /// <param name="prepare">Makes a broker's data directory ready, once, and says how to run it there.</param>
    internal KafkaContainer(Func<string, CancellationToken, Task<BrokerCommand>> prepare) => this.prepare = prepare;

    internal GuardedProcess RunningBroker =>
        broker ?? throw new InvalidOperationException("The broker is not running.");

    /// <summary>
    /// Starts the broker and returns when clients can use it. After <see cref="StopAsync"/> a real broker comes back
    /// at the same address with its records; the mock cluster refuses.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is running, or did not start; the message has its log.</exception>
    public async Task StartAsync(CancellationToken ct = default)
    {
        if (broker is not null)
            throw new InvalidOperationException("The broker is running already.");
        if (command is { ComesBack: false })
            throw new InvalidOperationException("The mock cluster cannot come back; set KAFKA_HOME for a real broker.");

        directory ??= Directory.CreateTempSubdirectory("kafka-");
        try
        {
            command ??= await prepare(directory.FullName, ct);
            broker = await GuardedProcess.StartAsync(command, directory.FullName, ct);
            address = await Readiness.WaitAsync(broker, command.AddressIn, StartLimit, ct);
        }
        catch
        {
            await EndAsync(failed => failed.KillAsync());
            throw;
        }
    }

    /// <summary>Stops the broker in order; its records stay for the next <see cref="StartAsync"/>.</summary>
    public Task StopAsync(CancellationToken ct = default) => EndAsync(running => running.StopAsync(ct));

    /// <summary>Where clients connect, as <c>bootstrap.servers</c> takes it.</summary>
    public string GetBootstrapAddress() =>
        address ?? throw new InvalidOperationException("The broker has not been started.");

    /// <summary>Kills the broker and deletes its records.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(running => running.KillAsync());
        directory?.Delete(recursive: true);
        directory = null;
    }

    internal async Task EndAsync(Func<GuardedProcess, Task> end)
    {
        if (broker is null)
            return;

        await end(broker);
        broker.Dispose();
        broker = null;
    }
}
