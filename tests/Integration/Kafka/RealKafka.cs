using Hobom.Slices.Tests.Support.Brokers;

namespace Hobom.Slices.Tests.Integration.Kafka;

/// <summary>A test that needs Kafka's own broker: <c>KAFKA_HOME</c> names an unpacked Kafka.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaFactAttribute : FactAttribute
{
    public RealKafkaFactAttribute() => Skip = WhyNot;

    /// <summary>Null where there is one.</summary>
    public static string? WhyNot => KraftBroker.Home is null ? "KAFKA_HOME names no Kafka" : null;
}

/// <summary>A broker that creates no topics by itself and takes records of up to 100,000 bytes; absent where there is no Kafka.</summary>
public sealed class RealKafka : IAsyncLifetime
{
    readonly KraftBroker? broker = KraftBroker.Home is { } home
        ? new KraftBroker(home, ("auto.create.topics.enable", "false"), ("message.max.bytes", "100000"))
        : null;

    public KraftBroker Broker => broker ?? throw new InvalidOperationException("KAFKA_HOME names no Kafka");

    public Task InitializeAsync() => broker?.StartAsync() ?? Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (broker is not null) await broker.DisposeAsync();
    }
}
