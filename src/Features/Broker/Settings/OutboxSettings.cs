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
        var contract = BrokerTuning.Contract;
        var tuning = new BrokerTuning(
            read.Flag("outbox-enabled", true), read.Flag("outbox-processor-enabled", true), read.Flag("outbox-startup-drain-enabled", true),
            read.Milliseconds("outbox-polling-interval-ms", contract.PollingInterval, 100),
            read.Milliseconds("outbox-idle-polling-interval-ms", contract.IdlePollingInterval, 100),
            read.Whole("outbox-batch-size", contract.BatchSize, 1, 10_000),
            read.Whole("outbox-startup-drain-batch-size", contract.StartupDrainBatchSize, 1, 10_000),
            read.Milliseconds("outbox-processing-lease-ms", contract.Lease, 1000), Retry(read),
            read.Flag("outbox-dead-letter-enabled", true));
        return tuning;
    }

    /// <summary>The settings with one of them changed; Left says what is wrong with the value.</summary>
    public static Either<string, BrokerTuning> Change(BrokerTuning now, string slug, string value)
    {
        var read = new SettingValues(With(now, slug, value), new Dictionary<string, string> { [slug] = slug });
        if (!Slugs.Contains(slug)) return $"{slug} is no setting; there are: {string.Join(", ", Slugs)}";
        var changed = Read(read);
        if (read.Problems.Count > 0) return read.Problems[0];
        return slug is "outbox-max-attempts" or "outbox-retry-base-delay-ms" ? changed : changed with { DefaultRetry = now.DefaultRetry };
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

    static Dictionary<string, string> With(BrokerTuning now, string slug, string value) =>
        new(Show(now), StringComparer.Ordinal) { [slug] = value };

    /// <summary>A retry policy in the file speaks for every consumer that has none; without one, the two outbox settings do.</summary>
    static ConsumerRetry Retry(SettingValues read)
    {
        var policy = ConsumerRetry.Contract;
        var ofPolicy = new ConsumerRetry(
            read.Whole("retry_policy.max_retries", -1, 0, 1000),
            read.Duration("retry_policy.initial_delay", policy.InitialDelay, TimeSpan.Zero, TimeSpan.FromHours(1)),
            read.Duration("retry_policy.max_delay", policy.MaxDelay, TimeSpan.Zero, TimeSpan.FromDays(1)),
            read.Number("retry_policy.backoff_factor", policy.BackoffFactor, 1, 100), read.Number("retry_policy.jitter", 0, 0, 1));
        if (ofPolicy.MaxRetries >= 0) return ofPolicy;
        var outbox = BrokerTuning.Contract.DefaultRetry;
        return outbox with
        {
            MaxRetries = read.Whole("outbox-max-attempts", outbox.AttemptLimit, 1, 1000) - 1,
            InitialDelay = read.Milliseconds("outbox-retry-base-delay-ms", outbox.InitialDelay, 100),
        };
    }

    static string Word(bool value) => value ? "true" : "false";
}
