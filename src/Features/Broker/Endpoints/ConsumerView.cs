using System.Text.Json.Serialization;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>A consumer as the API shows it: of its secrets only how many there are.</summary>
public sealed record ConsumerView(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("pattern")] string Pattern,
    [property: JsonPropertyName("priority")] int Priority,
    [property: JsonPropertyName("concurrency")] int Concurrency,
    [property: JsonPropertyName("timeout_ms")] double TimeoutMs,
    [property: JsonPropertyName("ordering")] string Ordering,
    [property: JsonPropertyName("retry_policy")] RetryView? RetryPolicy,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("state_reason")] string? StateReason,
    [property: JsonPropertyName("probe_at")] DateTimeOffset? ProbeAt,
    [property: JsonPropertyName("url")] string? Url,
    [property: JsonPropertyName("secrets")] int Secrets,
    [property: JsonPropertyName("topic")] string? Topic,
    [property: JsonPropertyName("cloud_events")] string? CloudEvents,
    [property: JsonPropertyName("schema_version")] int? SchemaVersion)
{
    /// <summary>The address and the reason of the state are not all shown.</summary>
    [JsonPropertyName("masked"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Masked { get; init; }

    /// <param name="seesAll">Without it no reason, which may quote what a receiver said, and of a webhook's address no path.</param>
    public static ConsumerView Of(Consumer consumer, bool seesAll)
    {
        var (state, reason, probe) = consumer.State switch
        {
            ConsumerState.Active => ("active", null, null),
            ConsumerState.Paused paused => ("paused", paused.Reason, paused.ProbeAt),
            ConsumerState.Off off => ("off", off.Reason, (DateTimeOffset?)null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new ConsumerView(
            consumer.Name, Stores.Sql.ConsumerText.WordOf(consumer.Kind), consumer.Pattern.Text, consumer.Priority, consumer.Concurrency,
            consumer.Timeout.TotalMilliseconds, consumer.OrderedByKey ? "key" : "none",
            consumer.Retry is { } retry ? RetryView.Of(retry) : null,
            state, seesAll ? reason : null, probe, AddressOf(consumer.Target, seesAll),
            (consumer.Target as ConsumerTarget.Webhook)?.Secrets.Count ?? 0, (consumer.Target as ConsumerTarget.Topic)?.Name,
            FormOf(consumer.Target), consumer.SchemaVersion) { Masked = !seesAll };
    }

    static string? AddressOf(ConsumerTarget? target, bool seesAll) => target is ConsumerTarget.Webhook webhook
        ? seesAll ? webhook.Address.AbsoluteUri : webhook.Whereabouts
        : null;

    static string? FormOf(ConsumerTarget? target) => target switch
    {
        ConsumerTarget.Webhook { Form: CloudEventForm.Binary } or ConsumerTarget.Topic { Form: CloudEventForm.Binary } => "binary",
        ConsumerTarget.Webhook { Form: CloudEventForm.Structured } or ConsumerTarget.Topic { Form: CloudEventForm.Structured } =>
            "structured",
        null or ConsumerTarget.Webhook or ConsumerTarget.Topic => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>Delays in milliseconds.</summary>
public sealed record RetryView(
    [property: JsonPropertyName("max_retries")] int MaxRetries,
    [property: JsonPropertyName("initial_delay_ms")] double InitialDelayMs,
    [property: JsonPropertyName("max_delay_ms")] double MaxDelayMs,
    [property: JsonPropertyName("backoff_factor")] double BackoffFactor,
    [property: JsonPropertyName("jitter")] double Jitter)
{
    public static RetryView Of(ConsumerRetry retry) => new(
        retry.MaxRetries, retry.InitialDelay.TotalMilliseconds, retry.MaxDelay.TotalMilliseconds, retry.BackoffFactor, retry.JitterShare);
}
