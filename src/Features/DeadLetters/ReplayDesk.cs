using System.Collections.Concurrent;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.DeadLetters;

/// <summary>How a request to replay one letter ended, or why it did not begin.</summary>
public abstract record ReplayAnswer
{
    ReplayAnswer()
    {
    }

    public sealed record NoLetter : ReplayAnswer;

    public sealed record Unreadable(string Reason) : ReplayAnswer;

    public sealed record Refused(ReplayRefusal Refusal) : ReplayAnswer;

    public sealed record StoreDown(StoreFailure Failure) : ReplayAnswer;

    public sealed record Ran(ReplayOutcome Outcome) : ReplayAnswer;

    /// <summary>In the audit's words.</summary>
    public string Result => this switch
    {
        NoLetter => "no letter",
        Unreadable(var reason) => reason,
        Refused(var refusal) => $"refused: {refusal.Message}",
        StoreDown(var failure) => failure.Message,
        Ran(ReplayOutcome.Delivered) => "delivered",
        Ran(ReplayOutcome.Busy(var holder)) => $"in hand of {holder.By}",
        Ran(ReplayOutcome.OutcomeUnknown(var reason)) => $"outcome unknown: {reason}",
        Ran(ReplayOutcome.NotPublished(var why)) => $"not published: {why.Code}",
        Ran(ReplayOutcome.NotClosed(var reason)) => $"not closed: {reason}",
        Ran(ReplayOutcome.NotBegun(var failure)) => failure.Message,
        Ran(var outcome) => outcome.GetType().Name,
        _ => GetType().Name,
    };
}

/// <summary>
/// Where replays are run. A replay belongs to the desk and not to the request that asked for it: a caller who
/// hangs up stops nothing half-way, and the process ends only when the replays under way have.
/// </summary>
public sealed class ReplayDesk(RedisDeadLetterStore store, IReadOnlyList<Slice> slices, AuditTrail trail, TimeProvider clock)
{
    readonly ConcurrentDictionary<Task, byte> running = new();

    /// <param name="caller">Who asked, for the audit and for those who come second.</param>
    public Task<ReplayAnswer> StartAsync(DeadLetterKey key, Caller caller, bool confirmUnknown)
    {
        var replay = AuditedAsync(key, caller, confirmUnknown);
        running.TryAdd(replay, 0);
        _ = replay.ContinueWith(
            ended => running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return replay;
    }

    /// <summary>Completes when no replay is under way.</summary>
    public Task DrainAsync() => Task.WhenAll(running.Keys);

    async Task<ReplayAnswer> AuditedAsync(DeadLetterKey key, Caller caller, bool confirmUnknown)
    {
        var action = confirmUnknown ? "replay, outcome unknown confirmed" : "replay";
        if (!(await trail.BeginAsync(caller, action, [key.Format()])).Succeeded(out var begun, out var failure))
            return new ReplayAnswer.StoreDown(failure);
        var answer = await ReplayAsync(key, caller.Actor, confirmUnknown);
        await begun.EndAsync(answer.Result);
        return answer;
    }

    async Task<ReplayAnswer> ReplayAsync(DeadLetterKey key, string by, bool confirmUnknown)
    {
        if (!(await store.GetAsync(key)).Succeeded(out var lookup, out var failure)) return new ReplayAnswer.StoreDown(failure);
        if (lookup is LetterLookup.Unreadable(_, var reason)) return new ReplayAnswer.Unreadable(reason);
        if (lookup is not LetterLookup.Found(var letter)) return new ReplayAnswer.NoLetter();

        var slice = slices.FirstOrDefault(s => s.Route.Category == key.Category);
        var route = slice is null ? null : new ReplayRoute(slice.Route, slice.RecordKey);
        if (slice is null) return new ReplayAnswer.Refused(new ReplayRefusal.NoRoute(key.Category));
        if (!DeadLetterDecisions.PlanReplay(letter, route, clock.GetUtcNow()).Succeeded(out var delivery, out var refusal))
            return new ReplayAnswer.Refused(refusal);

        var startedAt = clock.GetUtcNow();
        var started = clock.GetTimestamp();
        var outcome = await slice.Work.ReplayAsync(new ReplayOrder(delivery, by, confirmUnknown));
        if (outcome is ReplayOutcome.NotPublished(var why))
            await store.UpdateAsync(key, record => DeadLetterDecisions.AddReplayAttempt(
                record, why, startedAt, clock.GetElapsedTime(started)).Noting(new HistoryEntry(startedAt, by, "replay", why.Code)));
        return new ReplayAnswer.Ran(outcome);
    }
}
