using Confluent.Kafka;

namespace Hobom.Slices.Sandbox.Broker;

/// <summary>
/// librdkafka's own one-broker cluster, in this process: it listens on a loopback port, makes topics on first use with
/// four partitions, keeps 5 MB of each, and forgets everything when it ends.
/// </summary>
public sealed class MockBroker : IDisposable
{
    private const string Announcement = "replaced with ";

    private readonly IProducer<Null, Null> _cluster;
    private string? _address;

    /// <exception cref="InvalidOperationException">The client did not say where the cluster listens.</exception>
    public MockBroker() =>
        // The client announces the cluster before its constructor returns.
        _cluster = new ProducerBuilder<Null, Null>([new("test.mock.num.brokers", "1")])
            .SetLogHandler((_, line) => _address ??= AnnouncedIn(line.Message))
            .Build();

    /// <summary>Host and port.</summary>
    public string Address => _address ?? throw new InvalidOperationException("librdkafka announced no mock cluster");

    public void Dispose() => _cluster.Dispose();

    private static string? AnnouncedIn(string line) =>
        line.Split(Announcement) is [_, var rest] ? rest.TrimEnd().Split(' ')[0] : null;
}
