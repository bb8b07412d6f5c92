using System.Globalization;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>The HOBOM_KAFKA_* variables: four with a meaning of their own, the rest properties of librdkafka.</summary>
sealed class KafkaVariables(IReadOnlyDictionary<string, string> environment)
{
    public const string Prefix = "HOBOM_KAFKA_";
    const string Broker = Prefix + "BROKER";
    const string Acks = Prefix + "ACKS";
    const string DeliveryTimeout = Prefix + "DELIVERY_TIMEOUT";
    const string MessageMaxBytes = Prefix + "MESSAGE_MAX_BYTES";

    // librdkafka's own bounds of message.max.bytes.
    const int LeastMaxBytes = 1_000;
    const int MostMaxBytes = 1_000_000_000;

    static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(300);

    readonly List<KafkaSettingProblem> problems = [];

    /// <summary>HOBOM_KAFKA_SASL_USERNAME for sasl.username.</summary>
    public static string NameOf(string property) => Prefix + property.ToUpperInvariant().Replace('.', '_');

    public Either<IReadOnlyList<KafkaSettingProblem>, KafkaSettings> Read()
    {
        var settings = new KafkaSettings(ReadBrokers(), ReadAcks(), ReadTimeout(), ReadMaxBytes(), ReadExtra());
        if (problems.Count > 0) return problems;
        return settings;
    }

    string ReadBrokers()
    {
        if (Value(Broker) is not { } text) return Fault(Broker, "is required: a comma list of host:port", "");
        var brokers = text.Split(',', StringSplitOptions.TrimEntries);
        foreach (var (at, broker) in brokers.Index())
            HostPort.Parse(broker)
                .IfLeft(fault => { Fault(Broker, brokers.Length > 1 ? $"broker {at + 1}: {fault}" : fault.Message, ""); });
        return string.Join(',', brokers);
    }

    KafkaAcks ReadAcks() => Value(Acks) switch
    {
        null or "all" => KafkaAcks.All,
        "leader" => KafkaAcks.Leader,
        _ => Fault(Acks, "is 'all' or 'leader'", KafkaAcks.All),
    };

    TimeSpan ReadTimeout()
    {
        if (Value(DeliveryTimeout) is not { } text) return KafkaSettings.DefaultDeliveryTimeout;
        return Duration(text) is { } time && time >= ShortestTimeout && time <= LongestTimeout ? time
            : Fault(DeliveryTimeout, "is a time from 1 to 300 seconds: 5, 5s or 2500ms", TimeSpan.Zero);
    }

    int ReadMaxBytes()
    {
        if (Value(MessageMaxBytes) is not { } text) return KafkaSettings.DefaultMessageMaxBytes;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            && bytes is >= LeastMaxBytes and <= MostMaxBytes ? bytes
            : Fault(MessageMaxBytes, $"is a number of bytes from {LeastMaxBytes} to {MostMaxBytes}", 0);
    }

    Dictionary<string, string> ReadExtra()
    {
        var extra = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in environment.Keys.Order(StringComparer.Ordinal))
        {
            if (!variable.StartsWith(Prefix, StringComparison.Ordinal) || Value(variable) is not { } value) continue;
            if (variable is Broker or Acks or DeliveryTimeout or MessageMaxBytes) continue;
            var property = variable[Prefix.Length..].ToLowerInvariant().Replace('_', '.');
            if (KafkaReservedProperties.WhyNot(property) is { } reason) Fault(variable, reason, property);
            else extra[property] = value;
        }

        return extra;
    }

    string? Value(string name) => environment.TryGetValue(name, out var text) && text.Trim() is { Length: > 0 } t ? t : null;

    T Fault<T>(string variable, string message, T instead)
    {
        problems.Add(new KafkaSettingProblem(variable, message));
        return instead;
    }

    static TimeSpan? Duration(string text)
    {
        var (digits, unit) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], TimeSpan.FromMilliseconds(1))
            : text.EndsWith('s') ? (text[..^1], TimeSpan.FromSeconds(1))
            : (text, TimeSpan.FromSeconds(1));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number * unit : null;
    }
}
