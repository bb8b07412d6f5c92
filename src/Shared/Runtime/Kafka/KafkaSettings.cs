using LanguageExt;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Whose acknowledgement a record needs.</summary>
public enum KafkaAcks
{
    /// <summary>Every in-sync replica, through the idempotent producer.</summary>
    All,

    /// <summary>The partition's leader alone: a record can be lost when the leader dies right after.</summary>
    Leader,
}

/// <summary>A variable that holds nothing usable. The message never repeats a value: it may be a secret.</summary>
public sealed record KafkaSettingProblem(string Variable, string Message)
{
    public override string ToString() => $"{Variable}: {Message}";
}

/// <summary>How to reach Kafka, and how long to wait for it.</summary>
/// <param name="Brokers">Comma list of host:port.</param>
/// <param name="DeliveryTimeout">The longest that one publish attempt lasts.</param>
/// <param name="MessageMaxBytes">The largest record, as the client counts it: uncompressed, with its headers.</param>
/// <param name="Extra">Properties of librdkafka by their own names. May hold secrets.</param>
public sealed record KafkaSettings(
    string Brokers,
    KafkaAcks Acks,
    TimeSpan DeliveryTimeout,
    int MessageMaxBytes,
    IReadOnlyDictionary<string, string> Extra)
{
    /// <summary>A little under the broker's own default (1,048,588), so that what the client lets pass fits there.</summary>
    public const int DefaultMessageMaxBytes = 1_000_000;

    public static readonly TimeSpan DefaultDeliveryTimeout = TimeSpan.FromSeconds(5);

    public static KafkaSettings For(string brokers) =>
        new(brokers, KafkaAcks.All, DefaultDeliveryTimeout, DefaultMessageMaxBytes, new Dictionary<string, string>());

    /// <summary>Reads every variable named HOBOM_KAFKA_*; finds all problems at once. An empty variable is an unset one.</summary>
    public static Either<IReadOnlyList<KafkaSettingProblem>, KafkaSettings> Parse(
        IReadOnlyDictionary<string, string> environment) =>
        new KafkaVariables(environment).Read();

    /// <summary>The connections are encrypted.</summary>
    public bool UsesTls => Extra.GetValueOrDefault("security.protocol")?.Contains("ssl", StringComparison.OrdinalIgnoreCase) is true;

    /// <summary>Names the extra properties and keeps their values to itself.</summary>
    public override string ToString() =>
        $"Kafka at {Brokers}, acks {Acks}, delivery time-out {DeliveryTimeout}, records up to {MessageMaxBytes} bytes"
        + (Extra.Count == 0 ? "" : $", also set: {string.Join(", ", Extra.Keys.Order(StringComparer.Ordinal))}");
}
