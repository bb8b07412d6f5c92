using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>Tries one step until it has its value, is given up or left for later.</summary>
sealed class StepAttempts(LawParts parts, LawOutages outages, LawTally tally)
{
    public async Task<Either<StepEnd, T>> RunAsync<T>(
        string stage, int attemptLimit, Func<Task<Either<StepFault, T>>> attempt, CancellationToken stopping)
        where T : notnull
    {
        var failed = new List<Attempt>();
        var waits = 0;
        var waited = TimeSpan.Zero;
        while (true)
        {
            var startedAt = parts.Clock.GetUtcNow();
            var started = parts.Clock.GetTimestamp();
            if ((await attempt()).Succeeded(out var value, out var fault))
            {
                outages.NoteAnswered(stage);
                return value;
            }

            if (fault is StepFault.Failed(var failure, _, _))
                failed.Add(new Attempt(
                    failed.Count + 1, startedAt, parts.Clock.GetElapsedTime(started), failure.Class, failure.Code,
                    failure.Message, MaybeWritten: failure is PublishFailure.Unknown));

            switch (StepRules.After(fault, failed.Count, attemptLimit, waits, waited, parts.Chance()))
            {
                case StepDecision.GiveUp(var last, var neighbourAway):
                    return new StepEnd.GaveUp(stage, last, failed, neighbourAway);
                case StepDecision.Leave(var trouble, var quietFor):
                    return new StepEnd.Left(trouble, quietFor);
                case StepDecision.RetryAfter(var delay):
                    if (fault is StepFault.AskedToWait(_, var message)) tally.Trouble($"{message}; waiting {Durations.Format(delay)}");
                    if (!await Pauses.WaitAsync(delay, parts.Clock, stopping)) return new StepEnd.Left(null, TimeSpan.Zero);
                    if (fault is not StepFault.AskedToWait) break;
                    waits++;
                    waited += delay;
                    break;
            }
        }
    }
}
