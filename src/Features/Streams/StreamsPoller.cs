using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Streams;

/// <summary>
/// What one process of all does for the streams now and then: removes consumers that are gone. Its pause is the router's,
/// in every process.
/// </summary>
public sealed class StreamsPoller(EventRouter router)
{
    /// <summary>A consumer is a process's run; after so long without a word it is not coming back.</summary>
    static readonly TimeSpan ConsumerIdleLimit = TimeSpan.FromMinutes(10);

    readonly RouterRegistry registry = new(router.Parts.Redis, router.Parts.Process, router.Parts.Settings.LeaseLife);

    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        foreach (var stream in router.Streams)
        {
            var tidied = await registry.TidyAsync(stream.Key, router.Parts.Settings.Group, ConsumerIdleLimit, router.Parts.Consumer);
            // A stream that no owner has met yet has no group.
            if (!tidied.TryGetRight(out _, out var failure) && !IsMissing(failure)) return Report(failure.Message);
        }

        return Report(null);
    }

    static bool IsMissing(StoreFailure failure) =>
        failure.Message.Contains("NOGROUP", StringComparison.Ordinal) || failure.Message.Contains("no such key", StringComparison.Ordinal);

    static VisitReport Report(string? trouble) => new(0, 0, 0, 0, 0, trouble, null);
}
