using System.Collections.Immutable;

namespace Testcontainers.Kafka;

/// <summary>
/// Describes a one-node Kafka. This stand-in needs no Docker: it starts the best broker this machine has, see
/// <see cref="StandInBroker"/>. Each <c>With…</c> returns a new builder.
/// </summary>
public sealed class KafkaBuilder
{
    private readonly ImmutableDictionary<string, string> environment;

    public KafkaBuilder()
        : this(ImmutableDictionary<string, string>.Empty)
    {
    }

    /// <param name="image">Accepted and not used: there is no image here.</param>
    public KafkaBuilder(string image)
        : this() => ArgumentException.ThrowIfNullOrEmpty(image);

    private KafkaBuilder(ImmutableDictionary<string, string> environment) => this.environment = environment;

    /// <param name="image">Accepted and not used: there is no image here.</param>
    public KafkaBuilder WithImage(string image)
    {
        ArgumentException.ThrowIfNullOrEmpty(image);
        return this;
    }

    /// <summary>
    /// Sets a broker property as Kafka's images name it (<c>KAFKA_MESSAGE_MAX_BYTES</c> is <c>message.max.bytes</c>),
    /// or, under any other name and for <c>KAFKA_…_OPTS</c>, a variable of the broker's process.
    /// </summary>
    public KafkaBuilder WithEnvironment(string name, string value) => new(environment.SetItem(name, value));

    public KafkaContainer Build() => Build(StandInBroker.KafkaHome);

    /// <param name="kafkaHome">Null for the mock cluster.</param>
    internal KafkaContainer Build(string? kafkaHome) => new(
        kafkaHome is null
            ? (_, _) => Task.FromResult(MockCluster.Command(environment))
            : (directory, cancellation) => KraftBroker.PrepareAsync(kafkaHome, directory, environment, cancellation));
}
