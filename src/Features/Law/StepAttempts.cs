using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>Tries one step until it has its value, is given up or left for later.</summary>
sealed class StepAttempts(LawParts parts, LawOutages outages, LawCounters tally)
{
    public async Task<Either<StepEnd, T>> RunAsync<T>(
        string stage, RetryPolicy policy, Func<Task<Either<StepFault, T>>> attempt, CancellationToken stopping)
        where T : notnull
    {
        var failed = new List<Attempt>();
        var waits = 0;
        var waited = TimeSpan.Zero;
        while (true)
        {
            var startedAt = parts.Clock.GetUtcNow();
            var started = parts.Clock.GetTimestamp();
            if ((await attempt()).TryGetRight(out var value, out var fault))
            {
                outages.NoteAnswered(stage);
                return value;
            }

            if (fault is StepFault.Failed(var failure, _, _))
                failed.Add(new Attempt(
                    failed.Count + 1, startedAt, parts.Clock.GetElapsedTime(started), failure.Class, failure.Code,
                    failure.Message, MaybeWritten: failure is PublishFailure.Unknown));

            if (!StepRules.After(fault, failed.Count, policy, waits, waited, parts.Chance()).TryGetRight(out var next, out var end))
                return EndOf(end, stage, failed);
            if (fault is StepFault.AskedToWait(_, var message))
                tally.Problem(stage, $"{message}; waiting {Durations.Format(next.Delay)}");
            if (!await Delays.WaitAsync(next.Delay, parts.Clock, stopping)) return new StepEnd.LeftPending(null, TimeSpan.Zero);
            if (fault is not StepFault.AskedToWait) continue;
            waits++;
            waited += next.Delay;
        }
    }

    static StepEnd EndOf(NoNextStepTry end, string stage, IReadOnlyList<Attempt> failed) => end switch
    {
        NoNextStepTry.GiveUp(var last, var neighbourAway) => new StepEnd.GaveUp(stage, last, failed, neighbourAway),
        NoNextStepTry.LeavePending(var trouble, var quietFor) => new StepEnd.LeftPending(trouble, quietFor) { Stage = stage },
        _ => throw new UnreachableException($"no such end: {end}"),
    };
}
