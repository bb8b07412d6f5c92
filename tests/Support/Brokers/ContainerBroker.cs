using System.Globalization;
using Testcontainers.Kafka;

namespace Hobom.Slices.Tests.Support.Brokers;

/// <summary>Kafka's own broker in a container of its own, on a loopback port that stays the same.</summary>
public sealed class ContainerBroker : TestBroker
{
    const string Image = "apache/kafka:4.1.1";

    readonly int port = LoopbackPort.Free();
    readonly KafkaContainer container;

    public ContainerBroker() => container = new KafkaBuilder(Image)
        .WithPortBinding(port, KafkaBuilder.KafkaPort)
        .WithEnvironment("KAFKA_NUM_PARTITIONS", "4")
        .WithCreateParameterModifier(ContainerEngine.StopAtOnce)
        // Its own user cannot write the settings where the image was made from a read-only Kafka.
        .WithCreateParameterModifier(container => container.User = "root")
        .Build();

    public override string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    public override Task StartAsync() => container.StartAsync();

    public override Task KillAsync() => container.StopAsync();

    public override ValueTask DisposeAsync() => container.DisposeAsync();
}
