using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>
/// What one process of all does for the streams now and then: removes consumers that are gone, forgets entries whose letters are
/// gone, and trims what the router itself writes. Its pause is the router's, in every process.
/// </summary>
public sealed class StreamsPoller(EventRouter router)
{
    /// <summary>A consumer is a process's run; after so long without a word it is not coming back.</summary>
    static readonly TimeSpan ConsumerIdleLimit = TimeSpan.FromMinutes(10);

    /// <summary>It goes through all that waits.</summary>
    static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(5);

    readonly RouterParts parts = router.Parts;
    readonly RouterRegistry registry = new(router.Parts.Redis, router.Parts.Process, router.Parts.Settings.LeaseLife);
    readonly WaitingEntries waiting = new(router.Parts.Redis, router.Parts.Letters);

    /// <summary>Of the streak's events, which belong to no domain and so to no owner.</summary>
    readonly ShardStore streak = new(
        router.Parts.Redis, router.Parts.Settings,
        new ShardStream("", StreamLayout.StreakStream, 1, new StreamPart.Whole()), router.Parts.Process, holder: "");

    DateTimeOffset nextForget;

    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        var now = parts.Clock.GetUtcNow();
        foreach (var stream in router.Streams)
        {
            var tidied = await registry.TidyAsync(stream.Key, parts.Settings.Group, ConsumerIdleLimit, parts.Consumer);
            // A stream that no owner has met yet has no group.
            if (!tidied.TryGetRight(out _, out var failure) && !IsMissing(failure)) return Report(failure.Message);
        }

        if (await TrimStreakAsync(now) is { } untrimmed) return Report(untrimmed.Message);
        if (now < nextForget) return Report(null);
        foreach (var stream in router.Streams)
            if (!(await waiting.ForgetAsync(stream.Key, now)).TryGetRight(out _, out var failure)) return Report(failure.Message);
        nextForget = now + ForgetInterval;
        return Report(null);
    }

    /// <summary>By age alone where no group reads it: whoever reads it without one has as long.</summary>
    async Task<StoreFailure?> TrimStreakAsync(DateTimeOffset now)
    {
        if (parts.Settings.Retention is not { } age || router.Streams.Any(s => s.Key == StreamLayout.StreakStream)) return null;
        if (Retention.FirstOfAge(now, age) is not { } keep) return null;
        if ((await streak.TrimAsync(keep)).TryGetRight(out var trimmed, out var trouble))
        {
            if (trimmed.Trimmed > 0) parts.Meter.Trimmed(StreamLayout.StreakStream, trimmed.Trimmed);
            return null;
        }

        return trouble is ShardProblem.Away(var failure) && !IsMissing(failure) ? failure : null;
    }

    static bool IsMissing(StoreFailure failure) =>
        failure.Message.Contains("NOGROUP", StringComparison.Ordinal) || failure.Message.Contains("no such key", StringComparison.Ordinal);

    static VisitReport Report(string? trouble) => new(0, 0, 0, 0, 0, trouble, null);
}
