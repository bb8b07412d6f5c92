using System.Diagnostics;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>What a person can tell a job. The names, in lower case, are part of the API.</summary>
public enum ReplayJobOrder
{
    Start,
    Pause,

    /// <summary>A paused job, or one that stopped itself: its failures so far count no more.</summary>
    Resume,

    Cancel,
}

/// <summary>Why a job does not do as it is told.</summary>
public sealed record JobRefusal(string Message);

public static partial class ReplayJobDecisions
{
    public static Either<JobRefusal, ReplayJob> Obey(ReplayJob job, ReplayJobOrder order, string by, DateTimeOffset now) =>
        (order, job.State) switch
        {
            (ReplayJobOrder.Start, ReplayJobState.Planned) when now - job.CreatedAt >= ReplayJob.PlanLife =>
                new JobRefusal("the plan is older than 24 h: make a new one"),
            (ReplayJobOrder.Start, ReplayJobState.Planned) => Run(job with { StartedAt = now, StartedBy = by }, now),
            (ReplayJobOrder.Pause, ReplayJobState.Canary or ReplayJobState.Running or ReplayJobState.Paused) =>
                job with { State = ReplayJobState.Paused, Why = $"paused by {by}", ResumesAt = null },
            (ReplayJobOrder.Resume, ReplayJobState.Paused or ReplayJobState.Stopped) => Run(job, now),
            (ReplayJobOrder.Cancel, ReplayJobState.Cancelled or ReplayJobState.Finished) or
                (ReplayJobOrder.Start or ReplayJobOrder.Pause or ReplayJobOrder.Resume, _) =>
                new JobRefusal($"the job is {job.State.ToString().ToLowerInvariant()}"),
            (ReplayJobOrder.Cancel, ReplayJobState.Planned or ReplayJobState.Canary or ReplayJobState.Running
                or ReplayJobState.Paused or ReplayJobState.Stopped) =>
                End(job, ReplayJobState.Cancelled, $"cancelled by {by}", now),
            _ => throw new UnreachableException($"no answer to {order} of a job that is {job.State}"),
        };

    static ReplayJob Run(ReplayJob job, DateTimeOffset now) =>
        job.Left == 0
            ? End(job, ReplayJobState.Finished, null, now)
            : Going(job with { Recent = "", Batches = 0, EndedAt = null });
}
