using Hobom.Slices.Broker.Processing;
using LanguageExt;

namespace Hobom.Slices.Broker.Settings;

/// <summary>The eleven settings of the integration contract, under its names. They may be changed while processes run.</summary>
static class OutboxSettings
{
    public static IReadOnlyList<string> Slugs { get; } =
    [
        "outbox-enabled", "outbox-processor-enabled", "outbox-startup-drain-enabled", "outbox-polling-interval-ms",
        "outbox-idle-polling-interval-ms", "outbox-batch-size", "outbox-startup-drain-batch-size", "outbox-max-attempts",
        "outbox-processing-lease-ms", "outbox-retry-base-delay-ms", "outbox-dead-letter-enabled",
    ];

    public static BrokerTuning Read(SettingValues read)
    {
        var tuning = Slugs.Aggregate(BrokerTuning.Contract, (now, slug) => With(now, slug, read));
        return Policy(read) is { } policy ? tuning with { DefaultRetry = policy } : tuning;
    }

    /// <summary>The settings with one of them changed; Left says what is wrong with the value.</summary>
    public static Either<string, BrokerTuning> Change(BrokerTuning now, string slug, string value)
    {
        if (!Slugs.Contains(slug)) return $"{slug} is no setting; there are: {string.Join(", ", Slugs)}";
        // The others are as they are, also where the file has given them values that no slug could.
        var read = new SettingValues(
            new Dictionary<string, string> { [slug] = value }, new Dictionary<string, string> { [slug] = slug });
        var changed = With(now, slug, read);
        return read.Problems.Count > 0 ? read.Problems[0] : changed;
    }

    public static IReadOnlyDictionary<string, string> Show(BrokerTuning tuning) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["outbox-enabled"] = Word(tuning.OutboxEnabled),
        ["outbox-processor-enabled"] = Word(tuning.ProcessorEnabled),
        ["outbox-startup-drain-enabled"] = Word(tuning.StartupDrainEnabled),
        ["outbox-polling-interval-ms"] = $"{tuning.PollingInterval.TotalMilliseconds:0}",
        ["outbox-idle-polling-interval-ms"] = $"{tuning.IdlePollingInterval.TotalMilliseconds:0}",
        ["outbox-batch-size"] = $"{tuning.BatchSize}",
        ["outbox-startup-drain-batch-size"] = $"{tuning.StartupDrainBatchSize}",
        ["outbox-max-attempts"] = $"{tuning.DefaultRetry.AttemptLimit}",
        ["outbox-processing-lease-ms"] = $"{tuning.Lease.TotalMilliseconds:0}",
        ["outbox-retry-base-delay-ms"] = $"{tuning.DefaultRetry.InitialDelay.TotalMilliseconds:0}",
        ["outbox-dead-letter-enabled"] = Word(tuning.DeadLetterEnabled),
    };

    /// <summary>The settings with the slug's value, where it has one and a good one.</summary>
    static BrokerTuning With(BrokerTuning now, string slug, SettingValues read) => slug switch
    {
        "outbox-enabled" => now with { OutboxEnabled = read.Flag(slug, now.OutboxEnabled) },
        "outbox-processor-enabled" => now with { ProcessorEnabled = read.Flag(slug, now.ProcessorEnabled) },
        "outbox-startup-drain-enabled" => now with { StartupDrainEnabled = read.Flag(slug, now.StartupDrainEnabled) },
        "outbox-dead-letter-enabled" => now with { DeadLetterEnabled = read.Flag(slug, now.DeadLetterEnabled) },
        "outbox-polling-interval-ms" => now with { PollingInterval = read.Milliseconds(slug, now.PollingInterval, 100) },
        "outbox-idle-polling-interval-ms" => now with { IdlePollingInterval = read.Milliseconds(slug, now.IdlePollingInterval, 100) },
        "outbox-batch-size" => now with { BatchSize = read.Whole(slug, now.BatchSize, 1, 10_000) },
        "outbox-startup-drain-batch-size" => now with { StartupDrainBatchSize = read.Whole(slug, now.StartupDrainBatchSize, 1, 10_000) },
        "outbox-processing-lease-ms" => now with { Lease = read.Milliseconds(slug, now.Lease, 1000) },
        "outbox-max-attempts" => now with
        {
            DefaultRetry = now.DefaultRetry with { MaxRetries = read.Whole(slug, now.DefaultRetry.AttemptLimit, 1, 1000) - 1 },
        },
        "outbox-retry-base-delay-ms" => now with
        {
            DefaultRetry = now.DefaultRetry with { InitialDelay = read.Milliseconds(slug, now.DefaultRetry.InitialDelay, 100) },
        },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A retry policy in the file speaks for every consumer that has none; without one, the two outbox settings do.</summary>
    static ConsumerRetry? Policy(SettingValues read)
    {
        var policy = ConsumerRetry.Contract;
        var given = new ConsumerRetry(
            read.Whole("retry_policy.max_retries", -1, 0, 1000),
            read.Duration("retry_policy.initial_delay", policy.InitialDelay, TimeSpan.Zero, TimeSpan.FromHours(1)),
            read.Duration("retry_policy.max_delay", policy.MaxDelay, TimeSpan.Zero, TimeSpan.FromDays(1)),
            read.Number("retry_policy.backoff_factor", policy.BackoffFactor, 1, 100), read.Number("retry_policy.jitter", 0, 0, 1));
        return given.MaxRetries >= 0 ? given : null;
    }

    static string Word(bool value) => value ? "true" : "false";
}
