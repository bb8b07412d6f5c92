using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Streams;

/// <summary>
/// Whether the streams move on, as last seen here. Whoever asks may be a stranger: reasons in Redis' words are told by
/// <c>/streams</c> only.
/// </summary>
public sealed class StreamsCheck(EventRouter router) : IHealthCheck
{
    static readonly TimeSpan TickLimit = TimeSpan.FromSeconds(15);
    static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(30);
    static readonly TimeSpan AlarmTime = TimeSpan.FromMinutes(15);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = router.Parts.Clock.GetUtcNow();
        if (router.LastTick is not { } tick || now - tick > TickLimit)
            return Task.FromResult(HealthCheckResult.Unhealthy("Redis has not told for a while which streams are this process's"));
        string[] troubles =
        [
            .. router.LayoutProblem is null ? (string[])[] : ["the number of shards is not the one that is set"],
            .. router.Statuses.Where(s => router.Owns(s.Stream)).SelectMany(s => TroublesOf(s, now)),
            // Whoever owns it by now: only who saw the loss can tell of it.
            .. router.Statuses.Where(s => s.AlarmAt is { } at && now - at < AlarmTime)
                .Select(s => $"{s.Stream} lost entries or its group at {s.AlarmAt:u}"),
        ];
        return Task.FromResult(troubles.Length == 0 ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(string.Join("; ", troubles)));
    }

    static IEnumerable<string> TroublesOf(ShardStatus status, DateTimeOffset now)
    {
        if (status.ProblemSince is { } since) yield return $"{status.Stream} is in trouble since {since:u}";
        if (status.StalledSince is { } stalled && now - stalled > StallLimit)
            yield return $"{status.Stream} makes no progress since {stalled:u}";
    }
}
