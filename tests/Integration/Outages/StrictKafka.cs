using Confluent.Kafka.Admin;
using Hobom.Slices.Tests.Support.Brokers;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>A broker that creates no topic by itself and lets the relay's account do what it was granted; absent where there is no Kafka.</summary>
public sealed class StrictKafka
{
    public const string Account = "relay";

    readonly KraftBroker? broker = KraftBroker.Home is { } home
        ? new KraftBroker(home, ("auto.create.topics.enable", "false")) { Accounts = [Account] }
        : null;

    /// <summary>What the processor's other neighbours are started beside: a mock where there is no Kafka, and its tests are skipped.</summary>
    public TestBroker BrokerOrMock => broker is { } strict ? strict : new MockBroker();

    public KraftBroker Broker => broker ?? throw new InvalidOperationException("KAFKA_HOME names no Kafka");

    /// <summary>The processor's variables.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("HOBOM_KAFKA_BROKER", Broker.AccountAddress),
        ("HOBOM_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"),
        ("HOBOM_KAFKA_SASL_MECHANISM", "PLAIN"),
        ("HOBOM_KAFKA_SASL_USERNAME", Account),
        ("HOBOM_KAFKA_SASL_PASSWORD", Account),
    ];

    /// <summary>The rights that every test begins with.</summary>
    public async Task GrantAsync()
    {
        if (broker is null) return;
        await broker.GrantAsync(
            Account, "hobom.messages", AclOperation.Write, AclOperation.Read, AclOperation.Describe, AclOperation.DescribeConfigs);
        // Of this one it may not know the settings.
        await broker.GrantAsync(Account, "hobom.logs", AclOperation.Write, AclOperation.Read, AclOperation.Describe);
    }

    /// <summary>Deletes the topic if it is there, so that each test makes its own.</summary>
    public async Task ForgetTopicAsync(string topic)
    {
        if (broker is null) return;
        try
        {
            await broker.DeleteTopicAsync(topic);
        }
        catch (DeleteTopicsException)
        {
            // The test deleted it, or never made it.
        }
    }
}
