using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>A webhook or a topic as callers write it. C# handlers register themselves.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
sealed record ConsumerBody
{
    const int NameLimit = 255;

    static readonly TimeSpan TimeoutMost = TimeSpan.FromMinutes(10);

    public string? Kind { get; init; }

    public string? Pattern { get; init; }

    public int Priority { get; init; }

    public int Concurrency { get; init; } = 1;

    public double TimeoutMs { get; init; } = 30_000;

    public string? Ordering { get; init; } = "none";

    public RetryBody? RetryPolicy { get; init; }

    public string? Url { get; init; }

    public IReadOnlyList<string?>? Secrets { get; init; }

    public string? Topic { get; init; }

    [JsonConverter(typeof(CloudEventFormReader))]
    public CloudEventForm? CloudEvents { get; init; } = CloudEventForm.None;

    public int? SchemaVersion { get; init; }

    /// <param name="before">The one of that name, whose secrets stay where none are given.</param>
    public static async Task<Either<BodyFault, Consumer>> ReadAsync(
        Stream body, string name, Consumer? before, bool allowManySegments, CancellationToken ct) =>
        (await JsonBody.ReadAsync<ConsumerBody>(body, "a consumer", ct)).Bind(read => read.Check(name, before, allowManySegments));

    Either<BodyFault, Consumer> Check(string name, Consumer? before, bool allowManySegments)
    {
        if (name.Length is 0 or > NameLimit) return new BodyFault($"a name has 1 to {NameLimit} characters", "name");
        if (!EventPattern.Parse(Pattern ?? "", allowManySegments).TryGetRight(out var pattern, out var fault))
            return new BodyFault(fault is PatternFault.Empty ? "pattern cannot be empty" : $"pattern: {fault}", "pattern");
        if (Concurrency is < 1 or > 1000) return new BodyFault("concurrency is 1 to 1000", "concurrency");
        if (!(TimeoutMs >= 1 && TimeoutMs <= TimeoutMost.TotalMilliseconds))
            return new BodyFault("timeout_ms is 1 to 600000", "timeout_ms");
        if (Ordering is not ("none" or "key")) return new BodyFault("ordering is none or key", "ordering");
        if (RetryPolicy is { } policy && policy.Fault() is { } bad) return new BodyFault(bad, "retry_policy");
        if (SchemaVersion is < 1) return new BodyFault("schema_version is a whole number from 1", "schema_version");
        if (CloudEvents is not { } form) return new BodyFault("cloud_events is binary, structured or false", "cloud_events");
        return Target(form, before?.Target as ConsumerTarget.Webhook).Map(target => new Consumer(
            name, target is ConsumerTarget.Topic ? ConsumerKind.Kafka : ConsumerKind.Webhook, pattern, Priority, RetryPolicy?.AsPolicy(),
            Concurrency, TimeSpan.FromMilliseconds(TimeoutMs), Ordering is "key", new ConsumerState.Active())
        {
            Target = target, SchemaVersion = SchemaVersion,
        });
    }

    Either<BodyFault, ConsumerTarget> Target(CloudEventForm form, ConsumerTarget.Webhook? before)
    {
        switch (Kind)
        {
            case "webhook" when Uri.TryCreate(Url, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
                && url.UserInfo.Length == 0:
                string[] secrets = [.. Secrets?.OfType<string>() ?? before?.Secrets ?? []];
                return secrets.Length < (Secrets?.Count ?? 0) || !secrets.All(IsSecret)
                    ? new BodyFault("a secret is whsec_ and 24 to 64 bytes in base64", "secrets")
                    : new ConsumerTarget.Webhook(url, secrets, form);
            case "webhook":
                return new BodyFault("url is an http or https address without a user", "url");
            case "kafka" when Topic is { Length: > 0 and <= 249 } && Topic.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'):
                return new ConsumerTarget.Topic(Topic, form);
            case "kafka":
                return new BodyFault("topic is 1 to 249 letters, digits, dots, underscores or hyphens", "topic");
            default:
                return new BodyFault("kind is webhook or kafka; C# handlers register themselves", "kind");
        }
    }

    static bool IsSecret(string text)
    {
        const string prefix = "whsec_";
        var buffer = new byte[128];
        return text.StartsWith(prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[prefix.Length..], buffer, out var length) && length is >= 24 and <= 64;
    }
}

/// <summary>What is left out is the contract's: 3 retries, 1 s, 30 s, factor 2.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
sealed record RetryBody
{
    public int MaxRetries { get; init; } = ConsumerRetry.Contract.MaxRetries;

    public double InitialDelayMs { get; init; } = ConsumerRetry.Contract.InitialDelay.TotalMilliseconds;

    public double MaxDelayMs { get; init; } = ConsumerRetry.Contract.MaxDelay.TotalMilliseconds;

    public double BackoffFactor { get; init; } = ConsumerRetry.Contract.BackoffFactor;

    public double Jitter { get; init; }

    public string? Fault() =>
        MaxRetries is < 0 or > 1000 ? "max_retries is 0 to 1000"
        : InitialDelayMs is not (>= 0 and <= 86_400_000) || MaxDelayMs is not (>= 0 and <= 86_400_000) ? "delays are 0 to 86400000 ms"
        : BackoffFactor is not (>= 1 and <= 100) ? "backoff_factor is 1 to 100"
        : Jitter is not (>= 0 and <= 1) ? "jitter is 0 to 1"
        : null;

    public ConsumerRetry AsPolicy() =>
        new(MaxRetries, TimeSpan.FromMilliseconds(InitialDelayMs), TimeSpan.FromMilliseconds(MaxDelayMs), BackoffFactor, Jitter);
}
