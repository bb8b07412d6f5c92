namespace Testcontainers.Kafka;

/// <summary>
/// What only this stand-in has; tests that use it are for the stand-in alone. With <c>KAFKA_HOME</c> set to an
/// unpacked Kafka (3.7 or later) containers are real brokers; without it they are librdkafka's mock cluster, which
/// forgets its records when stopped, cannot come back, has no settings, and does not de-duplicate retries.
/// </summary>
public static class StandInBroker
{
    /// <summary>True where containers are real brokers.</summary>
    public static bool IsReal => KafkaHome is not null;

    /// <summary>One line for a test's output: which broker the test ran against.</summary>
    public static string Description =>
        KafkaHome is { } home ? $"Apache Kafka in {home}" : "librdkafka's mock cluster (kcat); KAFKA_HOME is not set";

    internal static string? KafkaHome =>
        Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } home ? Path.GetFullPath(home) : null;

    /// <summary>The mock cluster, whatever <c>KAFKA_HOME</c> says: it starts in a fraction of a second.</summary>
    public static KafkaContainer BuildMock() => new KafkaBuilder().Build(kafkaHome: null);

    /// <summary>The process id of the running broker, for instance to freeze it with SIGSTOP.</summary>
    public static int ProcessIdOf(KafkaContainer container) => container.RunningBroker.ProcessId;

    /// <summary>
    /// Kills the broker as <c>kill -9</c> does and returns when it is gone.
    /// <see cref="KafkaContainer.StartAsync"/> brings a real one back.
    /// </summary>
    public static Task KillAsync(KafkaContainer container) => container.EndAsync(broker => broker.KillAsync());
}
