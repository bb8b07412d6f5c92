using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>What <c>broker_consumer.definition</c> holds. The names are stored: they may grow, not change.</summary>
sealed record ConsumerText(
    int Priority, RetryText? RetryPolicy, int Concurrency, double TimeoutMs, string Ordering, string? Url, IReadOnlyList<string>? Secrets,
    string? Topic, bool CloudEvents)
{
    const string ByKey = "key";

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Write(Consumer consumer)
    {
        var (url, secrets, topic, cloudEvents) = consumer.Target switch
        {
            null => (null, null, null, false),
            ConsumerTarget.Webhook w => (w.Address.AbsoluteUri, w.Secrets, null, w.AsCloudEvent),
            ConsumerTarget.Topic t => ((string?)null, (IReadOnlyList<string>?)null, t.Name, t.AsCloudEvent),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return JsonSerializer.Serialize(
            new ConsumerText(
                consumer.Priority, RetryText.Of(consumer.Retry), consumer.Concurrency, consumer.Timeout.TotalMilliseconds,
                consumer.OrderedByKey ? ByKey : "none", url, secrets, topic, cloudEvents),
            Json);
    }

    public static Consumer Read(string name, string kind, string pattern, string definition, ConsumerState state)
    {
        var text = JsonSerializer.Deserialize<ConsumerText>(definition, Json)
            ?? throw new InvalidDataException($"consumer {name} has no definition");
        var parsed = EventPattern.Parse(pattern, allowManySegments: true)
            .Match(p => p, fault => throw new InvalidDataException($"the pattern of consumer {name}: {fault}"));
        ConsumerTarget? target = text.Url is not null ? new ConsumerTarget.Webhook(new Uri(text.Url), text.Secrets ?? [], text.CloudEvents)
            : text.Topic is not null ? new ConsumerTarget.Topic(text.Topic, text.CloudEvents)
            : null;
        return new Consumer(
            name, KindOf(kind), parsed, text.Priority, text.RetryPolicy?.AsPolicy(), text.Concurrency,
            TimeSpan.FromMilliseconds(text.TimeoutMs), text.Ordering == ByKey, state) { Target = target };
    }

    public static string WordOf(ConsumerKind kind) => kind switch
    {
        ConsumerKind.Handler => "handler",
        ConsumerKind.Webhook => "webhook",
        ConsumerKind.Kafka => "kafka",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static ConsumerKind KindOf(string word) => word switch
    {
        "handler" => ConsumerKind.Handler,
        "webhook" => ConsumerKind.Webhook,
        "kafka" => ConsumerKind.Kafka,
        _ => throw new InvalidDataException($"no kind of consumer: {word}"),
    };
}

sealed record RetryText(int MaxRetries, double InitialDelayMs, double MaxDelayMs, double BackoffFactor, double Jitter)
{
    public static RetryText? Of(ConsumerRetry? retry) => retry is null ? null : new(
        retry.MaxRetries, retry.InitialDelay.TotalMilliseconds, retry.MaxDelay.TotalMilliseconds, retry.BackoffFactor, retry.JitterShare);

    public ConsumerRetry AsPolicy() =>
        new(MaxRetries, TimeSpan.FromMilliseconds(InitialDelayMs), TimeSpan.FromMilliseconds(MaxDelayMs), BackoffFactor, Jitter);
}
