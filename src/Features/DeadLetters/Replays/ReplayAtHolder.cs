using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>
/// Has a letter replayed by the process that holds its flow: as a job of that one letter, which any process may start and
/// only the holder runs.
/// </summary>
public sealed class ReplayAtHolder(ReplayJobPlanner planner, RedisReplayJobs jobs, TimeProvider clock)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns when the job has ended or, as it stands then, after so long. Left says why it could not be started.</summary>
    public async Task<Either<string, ReplayJob>> RunAsync(DeadLetterKey key, Caller caller, Confirmation confirmation, TimeSpan limit)
    {
        var selection = new ReplaySelection(LetterFilter.All, [key], new ReplayJobOptions(Canary: 0, Confirmation: confirmation), null);
        if (!(await planner.PlanAsync(selection, caller)).TryGetRight(out var job, out var fault)) return fault.Message;
        var id = job.Id;
        if (!(await planner.TellAsync(id, ReplayJobCommand.Start, caller)).TryGetRight(out job, out var refused))
        {
            await planner.TellAsync(id, ReplayJobCommand.Cancel, caller);
            return refused.Message;
        }

        var started = clock.GetTimestamp();
        while (job.IsActive && clock.GetElapsedTime(started) < limit)
        {
            await Task.Delay(LookInterval, clock);
            if ((await jobs.GetAsync(id)).TryGetRight(out var seen, out _)) job = seen;
        }

        return job;
    }
}
