using System.Diagnostics;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>What a person can tell a job. The names, in lower case, are part of the API.</summary>
public enum ReplayJobCommand
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
    public static Either<JobRefusal, ReplayJob> Apply(ReplayJob job, ReplayJobCommand command, string by, DateTimeOffset now) =>
        (command, job.State) switch
        {
            (ReplayJobCommand.Start, ReplayJobState.Planned) when now - job.CreatedAt >= ReplayJob.PlanLife =>
                new JobRefusal("the plan is older than 24 h: make a new one"),
            (ReplayJobCommand.Start, ReplayJobState.Planned) => Run(job with { StartedAt = now, StartedBy = by }, now),
            (ReplayJobCommand.Pause, ReplayJobState.Canary or ReplayJobState.Running or ReplayJobState.Paused) =>
                job with { State = ReplayJobState.Paused, Why = $"paused by {by}", ResumesAt = null },
            (ReplayJobCommand.Resume, ReplayJobState.Paused or ReplayJobState.Stopped) => Run(job, now),
            (ReplayJobCommand.Cancel, ReplayJobState.Cancelled or ReplayJobState.Finished) or
                (ReplayJobCommand.Start or ReplayJobCommand.Pause or ReplayJobCommand.Resume, _) =>
                new JobRefusal($"the job is {job.State.ToString().ToLowerInvariant()}"),
            (ReplayJobCommand.Cancel, ReplayJobState.Planned or ReplayJobState.Canary or ReplayJobState.Running
                or ReplayJobState.Paused or ReplayJobState.Stopped) =>
                End(job, ReplayJobState.Cancelled, $"cancelled by {by}", now),
            _ => throw new UnreachableException($"no answer to {command} of a job that is {job.State}"),
        };

    static ReplayJob Run(ReplayJob job, DateTimeOffset now) =>
        job.Left == 0
            ? End(job, ReplayJobState.Finished, null, now)
            : Going(job with { Recent = "", Batches = 0, EndedAt = null });
}
