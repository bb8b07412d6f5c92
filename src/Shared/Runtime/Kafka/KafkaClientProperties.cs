using System.Globalization;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Settings as librdkafka's properties. What an operator may set comes first, so that ours win.</summary>
static class KafkaClientProperties
{
    const int QueueKilobytes = 64 * 1024;

    /// <summary>
    /// The client's loop for events looks up so often where nothing comes, to see whether it shall end: ten times a second by
    /// default, for which a processor at rest pays. What comes is handed over at once all the same; an end may take so long.
    /// </summary>
    const string LookInterval = "dotnet.cancellation.delay.max.ms";

    /// <param name="batchBytes">Null for the usual; a record larger than that goes in a batch of its own.</param>
    public static Dictionary<string, string> ForProducer(KafkaSettings settings, int? batchBytes = null)
    {
        var timeout = Milliseconds(settings.DeliveryTimeout);
        var properties = Shared(settings, new()
        {
            // A backlog goes out in batches all the same, because the next records arrive while a request is under
            // way; a lone event waits no longer than this.
            ["linger.ms"] = "1",
            ["statistics.interval.ms"] = "5000",
            ["batch.size"] = Text(BatchSizes.DefaultBytes),
            // Java's choice: the same key goes to the same partition whoever produced it.
            ["partitioner"] = "murmur2_random",
            ["queue.buffering.max.kbytes"] = Text(Math.Max(QueueKilobytes, settings.MessageMaxBytes / 1024 * 4)),
        });
        if (batchBytes is { } smaller) properties["batch.size"] = Text(smaller);
        properties["message.max.bytes"] = Text(settings.MessageMaxBytes);
        properties["message.timeout.ms"] = Text(timeout);
        properties["request.timeout.ms"] = Text(timeout);
        // A topic that does not exist must be told apart from a broker that does not answer before the attempt is over.
        properties["topic.metadata.propagation.max.ms"] = Text(Math.Min(5_000, timeout / 2));
        properties["dotnet.producer.delivery.report.fields"] = "status";
        properties[LookInterval] = "500";
        if (settings.Acks == KafkaAcks.All)
        {
            properties["acks"] = "all";
            properties["enable.idempotence"] = "true";
            return properties;
        }

        properties["acks"] = "1";
        properties["enable.idempotence"] = "false";
        // Without idempotence a retry inside the client could write a record twice, or out of order, and tell nobody.
        properties["message.send.max.retries"] = "0";
        properties["max.in.flight.requests.per.connection"] = "1";
        return properties;
    }

    /// <summary>A reader of given partitions: no group, no commits, and no record left out.</summary>
    public static Dictionary<string, string> ForReader(KafkaSettings settings)
    {
        var properties = Shared(settings, new()
        {
            ["fetch.wait.max.ms"] = "100",
            ["queued.max.messages.kbytes"] = "16384",
        });
        // The client asks for a name even where there is no group.
        properties["group.id"] = "hobom-slices-reader";
        properties["enable.auto.commit"] = "false";
        properties["enable.auto.offset.store"] = "false";
        properties["enable.partition.eof"] = "true";
        properties["auto.offset.reset"] = "earliest";
        properties["isolation.level"] = "read_uncommitted";
        properties["allow.auto.create.topics"] = "false";
        properties["dotnet.consumer.consume.result.fields"] = "headers";
        return properties;
    }

    /// <summary>Only asks.</summary>
    public static Dictionary<string, string> ForProbe(KafkaSettings settings) => Shared(settings, []);

    /// <summary>Stays, and only asks.</summary>
    public static Dictionary<string, string> ForAdmin(KafkaSettings settings) =>
        new(ForProbe(settings), StringComparer.Ordinal) { [LookInterval] = "1000" };

    static Dictionary<string, string> Shared(KafkaSettings settings, Dictionary<string, string> defaults)
    {
        var properties = new Dictionary<string, string>(defaults, StringComparer.Ordinal)
        {
            ["client.id"] = "hobom-slices",
            ["log.connection.close"] = "false",
            ["socket.keepalive.enable"] = "true",
            // The default of 10 s would add that to the end of every outage.
            ["reconnect.backoff.max.ms"] = "1000",
        };
        foreach (var (name, value) in settings.Extra) properties[name] = value;
        properties["bootstrap.servers"] = settings.Brokers;
        properties["socket.timeout.ms"] = Text(Milliseconds(settings.DeliveryTimeout));
        return properties;
    }

    static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
