using Confluent.Kafka;

namespace Hobom.Slices.Tests.Support.Brokers;

/// <summary>
/// librdkafka's one-broker cluster inside this process: topics are made on first use with four partitions, each keeps
/// 5 MB, an idempotent producer's duplicates are not removed. It forgets everything when killed and cannot come back.
/// </summary>
public sealed class MockBroker : TestBroker
{
    IProducer<Null, Null>? cluster;
    string? address;

    public override string Address => address ?? throw new InvalidOperationException("the broker has not been started");

    /// <exception cref="NotSupportedException">It was killed.</exception>
    public override Task StartAsync()
    {
        if (address is not null) throw new NotSupportedException("the mock cluster cannot come back; KAFKA_HOME names a real Kafka");
        cluster = new ProducerBuilder<Null, Null>([new("test.mock.num.brokers", "1")])
            .SetLogHandler((_, line) => address ??= AnnouncedIn(line.Message))
            .Build();
        // The client announces the cluster before its constructor returns.
        return address is null ? throw new InvalidOperationException("librdkafka announced no mock cluster") : Task.CompletedTask;
    }

    public override Task KillAsync()
    {
        cluster?.Dispose();
        cluster = null;
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync() => new(KillAsync());

    static string? AnnouncedIn(string line) =>
        line.Split("replaced with ") is [_, var rest] ? rest.TrimEnd().Split(' ')[0] : null;
}
