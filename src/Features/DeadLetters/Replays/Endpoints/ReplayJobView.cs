using Hobom.Slices.Http.Masking;

namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

/// <summary>A replay job as the API shows it. Times are UTC.</summary>
/// <param name="State">planned, canary, running, paused, stopped, finished or cancelled.</param>
/// <param name="Why">What the state does not tell: who paused it, which neighbour is away, how many failed.</param>
/// <param name="Edits">A patch changes the payloads on their way out.</param>
/// <param name="ExpiresAt">Of a plan that was not started.</param>
/// <param name="ResumesAt">Of a job that paused itself: when it asks again with one letter.</param>
public sealed record ReplayJobView(
    string Id,
    string State,
    string? Why,
    DateTimeOffset CreatedAt,
    string By,
    ReplayJobOptions Options,
    bool Edits,
    ReplayPlan Plan,
    ReplayProgressView Progress,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? StartedAt,
    string? StartedBy,
    DateTimeOffset? ResumesAt,
    DateTimeOffset? EndedAt)
{
    public static ReplayJobView Of(ReplayJob job, DateTimeOffset now) => new(
        job.Id, job.State.ToString().ToLowerInvariant(), job.Why is null ? null : TextMask.MaskText(job.Why), job.CreatedAt, job.By,
        job.Options, job.Patch is not null, job.Plan, ReplayProgressView.Of(job, now),
        job.State is ReplayJobState.Planned ? job.CreatedAt + ReplayJob.PlanLife : null,
        job.StartedAt, job.StartedBy, job.ResumesAt, job.EndedAt);
}

/// <summary>Total = delivered + failed + skipped + stillUnderWay + left.</summary>
/// <param name="Done">All but what is left.</param>
/// <param name="DeliveredUnseen">Of the delivered: gone when the processor looked after a crash, their end not seen.</param>
/// <param name="Rate">Letters a second, over the last seconds; null where it does not run.</param>
/// <param name="EtaSeconds">At that rate.</param>
/// <param name="Failures">By reason, with keys of the first few.</param>
public sealed record ReplayProgressView(
    int Total,
    int Done,
    int Delivered,
    int DeliveredUnseen,
    int Failed,
    int Skipped,
    int Left,
    double? Rate,
    double? EtaSeconds,
    IReadOnlyList<ReasonCount> Failures,
    IReadOnlyList<ReasonCount> Skips)
{
    /// <summary>Part of what is left: given back to their flow, which goes on with them; the job looks at them until they end.</summary>
    public int UnderWay { get; init; }

    /// <summary>Had not come to an end an hour after they were given back: they go on, and the job says no more of them.</summary>
    public int StillUnderWay { get; init; }

    public static ReplayProgressView Of(ReplayJob job, DateTimeOffset now)
    {
        var rate = RateOf(job, now);
        return new ReplayProgressView(
            job.Plan.Count, job.Done, job.Delivered, job.Unseen, job.Failed, job.Skipped, job.Left,
            rate is { } r ? Math.Round(r, 1) : null, rate > 0 ? Math.Round(job.Left / rate.Value, 0) : null,
            Masked(job.Failures), Masked(job.Skips))
        {
            UnderWay = job.Followed.Count, StillUnderWay = job.StillUnderWay,
        };
    }

    static double? RateOf(ReplayJob job, DateTimeOffset now)
    {
        if (job.State is not (ReplayJobState.Canary or ReplayJobState.Running) || job.Pace.Count == 0) return null;
        var took = (now - job.Pace[0].At).TotalSeconds;
        return took > 0 ? (job.Done - job.Pace[0].Done) / took : null;
    }

    static IReadOnlyList<ReasonCount> Masked(IReadOnlyList<ReasonCount> reasons) =>
        [.. reasons.Select(r => r with { Reason = TextMask.MaskText(r.Reason) })];
}
