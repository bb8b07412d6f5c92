namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Properties of librdkafka that nobody may set, because the relay's guarantees stand on them.</summary>
static class KafkaReservedProperties
{
    const string Order = "the relay sets it: an acknowledgement must mean a stored record, once and in order";
    const string Time = "it follows HOBOM_KAFKA_DELIVERY_TIMEOUT";
    const string Transactions = "the relay's records are not transactional";
    const string Reports = "the relay needs every delivery report";
    const string Reader = "the relay's reader belongs to no consumer group and commits nothing";

    static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["request.required.acks"] = "HOBOM_KAFKA_ACKS says it",
        ["bootstrap.servers"] = "HOBOM_KAFKA_BROKER says it",
        ["metadata.broker.list"] = "HOBOM_KAFKA_BROKER says it",
        ["enable.idempotence"] = Order,
        ["enable.gapless.guarantee"] = Order,
        ["max.in.flight"] = Order,
        ["max.in.flight.requests.per.connection"] = Order,
        ["retries"] = Order,
        ["message.send.max.retries"] = Order,
        ["message.timeout.ms"] = Time,
        ["delivery.timeout.ms"] = Time,
        ["request.timeout.ms"] = Time,
        ["socket.timeout.ms"] = Time,
        ["topic.metadata.propagation.max.ms"] = Time,
        ["transactional.id"] = Transactions,
        ["transaction.timeout.ms"] = Transactions,
        ["delivery.report.only.error"] = Reports,
        ["queuing.strategy"] = Order,
        ["group.id"] = Reader,
        ["group.instance.id"] = Reader,
        ["enable.auto.commit"] = Reader,
        ["enable.auto.offset.store"] = Reader,
        ["enable.partition.eof"] = Reader,
        ["auto.offset.reset"] = Reader,
        ["isolation.level"] = Reader,
        ["allow.auto.create.topics"] = "reading never creates a topic",
        ["test.mock.num.brokers"] = "a mock broker keeps nothing",
    };

    /// <summary>Why the property may not be set, or null where it may.</summary>
    public static string? WhyNot(string property) =>
        Reasons.TryGetValue(property, out var reason) ? $"'{property}' cannot be set: {reason}"
        : property.StartsWith("dotnet.", StringComparison.Ordinal) ? $"'{property}' cannot be set: {Reports}"
        : null;
}
