using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>What <c>broker_consumer.definition</c> holds. The names are stored: they may grow, not change.</summary>
sealed record ConsumerText(
    int Priority, RetryText? RetryPolicy, int Concurrency, double TimeoutMs, string Ordering, string? Url, IReadOnlyList<string>? Secrets,
    string? Topic, bool CloudEvents)
{
    /// <summary>Null: binary, where they are CloudEvents at all.</summary>
    public string? CloudEventForm { get; init; }

    public int? SchemaVersion { get; init; }

    const string Structured = "structured";

    const string ByKey = "key";

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Write(Consumer consumer)
    {
        var (url, secrets, topic, form) = consumer.Target switch
        {
            null => (null, null, null, Broker.CloudEventForm.None),
            ConsumerTarget.Webhook w => (w.Address.AbsoluteUri, w.Secrets, null, w.Form),
            ConsumerTarget.Topic t => ((string?)null, (IReadOnlyList<string>?)null, t.Name, t.Form),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return JsonSerializer.Serialize(
            new ConsumerText(
                consumer.Priority, RetryText.Of(consumer.Retry), consumer.Concurrency, consumer.Timeout.TotalMilliseconds,
                consumer.OrderedByKey ? ByKey : "none", url, secrets, topic, form is not Broker.CloudEventForm.None)
            {
                CloudEventForm = form is Broker.CloudEventForm.Structured ? Structured : null, SchemaVersion = consumer.SchemaVersion,
            },
            Json);
    }

    public static Consumer Read(string name, string kind, string pattern, string definition, ConsumerState state)
    {
        var text = JsonSerializer.Deserialize<ConsumerText>(definition, Json)
            ?? throw new InvalidDataException($"consumer {name} has no definition");
        var parsed = EventPattern.Parse(pattern, allowManySegments: true)
            .Match(p => p, fault => throw new InvalidDataException($"the pattern of consumer {name}: {fault}"));
        var form = text.CloudEventForm is Structured ? Broker.CloudEventForm.Structured
            : text.CloudEvents ? Broker.CloudEventForm.Binary
            : Broker.CloudEventForm.None;
        ConsumerTarget? target = text.Url is not null ? new ConsumerTarget.Webhook(new Uri(text.Url), text.Secrets ?? [], form)
            : text.Topic is not null ? new ConsumerTarget.Topic(text.Topic, form)
            : null;
        return new Consumer(
            name, KindOf(kind), parsed, text.Priority, text.RetryPolicy?.AsPolicy(), text.Concurrency,
            TimeSpan.FromMilliseconds(text.TimeoutMs), text.Ordering == ByKey, state)
        {
            Target = target, SchemaVersion = text.SchemaVersion,
        };
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
