using System.Collections.Concurrent;
using System.Diagnostics;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>One letter to be replayed.</summary>
/// <param name="Op">The operation that claims it: a replay of its own, or the job that replays many.</param>
/// <param name="AsOf">A letter that failed after this is not the one that was meant; null where any is.</param>
/// <param name="Patch">Changes the payload on its way out; the store keeps the original.</param>
public sealed record ReplayRequest(
    DeadLetterKey Key, string By, string Op, Confirmation Confirmation = Confirmation.None, DateTimeOffset? AsOf = null,
    JsonPatch? Patch = null);

/// <summary>How a request to replay one letter ended, or why it did not begin.</summary>
public abstract record ReplayAnswer
{
    ReplayAnswer()
    {
    }

    public sealed record NoLetter : ReplayAnswer;

    public sealed record Unreadable(string Reason) : ReplayAnswer;

    public sealed record Refused(ReplayRefusal Refusal) : ReplayAnswer;

    /// <summary>The patch does not fit the payload, or makes one that the flow refuses.</summary>
    public sealed record PatchRefused(string Reason) : ReplayAnswer;

    public sealed record StoreDown(StoreFailure Failure) : ReplayAnswer;

    /// <summary>Another process has the letter's flow: only that one replays.</summary>
    /// <param name="Holder">For people.</param>
    public sealed record HeldElsewhere(Category Flow, string Holder, DateTimeOffset? Since) : ReplayAnswer
    {
        public string Message => $"the flow '{Flow}' is held by {Holder}";
    }

    public sealed record Ran(ReplayOutcome Outcome) : ReplayAnswer;

    /// <summary>In the audit's words.</summary>
    public string Result => this switch
    {
        NoLetter => "no letter",
        Unreadable(var reason) => reason,
        Refused(var refusal) => $"refused: {refusal.Message}",
        PatchRefused(var reason) => $"the patch does not fit: {reason}",
        StoreDown(var failure) => failure.Message,
        HeldElsewhere held => held.Message,
        Ran(ReplayOutcome.Delivered) => "delivered",
        Ran(ReplayOutcome.LetterGone) => "no letter",
        Ran(ReplayOutcome.Busy(var holder)) => $"in hand of {holder.By}",
        Ran(ReplayOutcome.OutcomeUnknown(var reason)) => $"outcome unknown: {reason}",
        Ran(ReplayOutcome.NotInDoubt) => "nothing was in doubt",
        Ran(ReplayOutcome.NotPublished(var why)) => $"not published: {why.Code}",
        Ran(ReplayOutcome.NotClaimed(var reason)) => reason,
        Ran(ReplayOutcome.NotClosed(var reason)) => $"not closed: {reason}",
        Ran(ReplayOutcome.NotBegun(var failure)) => failure.Message,
        Ran(var outcome) => outcome.GetType().Name,
        _ => throw new UnreachableException($"no words for {GetType().Name}"),
    };
}

/// <summary>
/// Where replays are run. A replay belongs to the runner and not to the request that asked for it: a caller who
/// hangs up stops nothing half-way, and the process ends only when the replays under way have.
/// </summary>
public sealed class ReplayRunner(RedisDeadLetterStore store, IReadOnlyList<Slice> slices, AuditTrail trail, TimeProvider clock)
{
    readonly RedisLetterClaims claims = new(store, clock);
    readonly string process = Guid.CreateVersion7().ToString("N");
    readonly ConcurrentDictionary<Task, byte> running = new();
    readonly ConcurrentDictionary<(DeadLetterKey Key, string Op), byte> operations = new();

    public IReadOnlyList<Slice> Slices => slices;

    /// <param name="caller">Who asked, for the audit and for those who come second.</param>
    public Task<ReplayAnswer> StartAsync(DeadLetterKey key, Caller caller, Confirmation confirmation) =>
        Track(AuditedAsync(key, caller, confirmation));

    /// <summary>One letter of many: the job is in the audit, and not each of its letters.</summary>
    public Task<ReplayAnswer> StartAsync(ReplayRequest wish) => Track(ReplayAsync(wish));

    /// <summary>Completes when no replay is under way.</summary>
    public Task DrainAsync() => Task.WhenAll(running.Keys);

    Task<ReplayAnswer> Track(Task<ReplayAnswer> replay)
    {
        running.TryAdd(replay, 0);
        _ = replay.ContinueWith(
            ended => running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return replay;
    }

    async Task<ReplayAnswer> AuditedAsync(DeadLetterKey key, Caller caller, Confirmation confirmation)
    {
        var action = confirmation switch
        {
            Confirmation.SendAgain => "replay, outcome unknown confirmed",
            Confirmation.Delivered => "close as delivered",
            Confirmation.None => "replay",
            _ => throw new UnreachableException($"no words for {confirmation}"),
        };
        if (!(await trail.BeginAsync(caller, action, [key.Format()])).TryGetRight(out var begun, out var failure))
            return new ReplayAnswer.StoreDown(failure);
        var answer = await ReplayAsync(new ReplayRequest(key, caller.Actor, Guid.CreateVersion7().ToString("N"), confirmation));
        await begun.EndAsync(answer.Result);
        return answer;
    }

    async Task<ReplayAnswer> ReplayAsync(ReplayRequest wish)
    {
        if (!(await store.GetAsync(wish.Key)).TryGetRight(out var lookup, out var failure)) return new ReplayAnswer.StoreDown(failure);
        if (lookup is LetterLookup.Unreadable(_, var unreadable)) return new ReplayAnswer.Unreadable(unreadable);
        if (lookup is not LetterLookup.Found(var letter)) return new ReplayAnswer.NoLetter();
        if (slices.FirstOrDefault(s => s.Route.Category == wish.Key.Category) is not { } slice)
            return new ReplayAnswer.Refused(new ReplayRefusal.NoRoute(wish.Key.Category));
        var ran = await slice.Lease.RunAsync(() => ReplayAsync(wish, letter, slice));
        if (ran.TryGetRight(out var answer, out var refused)) return answer;
        return refused is LeaseAnswer.Unreachable(var away)
            ? new ReplayAnswer.StoreDown(away)
            : new ReplayAnswer.HeldElsewhere(
                slice.Route.Category, ((LeaseAnswer.HeldByOther)refused).Holder, ((LeaseAnswer.HeldByOther)refused).Since);
    }

    /// <summary>Under the flow's lease: what the outbox last said, and who has which event in hand, is known to the holder alone.</summary>
    async Task<ReplayAnswer> ReplayAsync(ReplayRequest wish, StoredLetter letter, Slice slice)
    {
        if (letter.Record is RecordReading.Readable(var record) && BlockedReasonOf(record, slice, wish.AsOf) is { } blocked)
            return new ReplayAnswer.Refused(blocked);

        var sent = letter;
        if (wish.Patch is { } patch)
        {
            if (!PatchedPayload.Of(letter.Payload, patch, slice.Payloads, wish.Key, letter.HoldsRow)
                    .TryGetRight(out var payload, out var reason))
                return new ReplayAnswer.PatchRefused(reason);
            sent = letter with { Payload = payload };
        }

        var route = new ReplayRoute(slice.Route, slice.RecordKey);
        if (!DeadLetterDecisions.PlanReplay(sent, route, clock.GetUtcNow(), wish.Patch is not null)
                .TryGetRight(out var delivery, out var refusal))
            return new ReplayAnswer.Refused(refusal);
        return new ReplayAnswer.Ran(await RunAsync(slice, letter, delivery, wish));
    }

    static ReplayRefusal? BlockedReasonOf(LetterRecord record, Slice slice, DateTimeOffset? asOf) =>
        DeadLetterDecisions.BlockedReason(
            record, record.EventId is { Length: > 0 } id ? slice.Work.SeenPending(new EventId(id)) : null,
            slice.Loop.Status.Pause is not null, asOf);

    async Task<ReplayOutcome> RunAsync(Slice slice, StoredLetter letter, Delivery delivery, ReplayRequest wish)
    {
        var claimed = false;
        var unwritten = letter.Record is RecordReading.None
            ? DeadLetterDecisions.RecordOfAnotherWriter(letter, new ReplayRoute(slice.Route, slice.RecordKey), clock.GetUtcNow())
            : null;
        var order = new ReplayOrder(delivery, wish.By, wish.Confirmation) { Claim = ClaimAsync };
        var startedAt = clock.GetUtcNow();
        var started = clock.GetTimestamp();
        operations.TryAdd((wish.Key, wish.Op), 0);
        try
        {
            var outcome = await RenewedAsync(slice.Work.ReplayAsync(order), wish);
            await EndAsync(outcome, wish, claimed, startedAt, clock.GetElapsedTime(started));
            return outcome;
        }
        finally
        {
            operations.TryRemove((wish.Key, wish.Op), out _);
        }

        async Task<ClaimAnswer> ClaimAsync()
        {
            var now = clock.GetUtcNow();
            var claim = new LetterClaim(wish.By, wish.Op, process, now, now + LetterClaim.Life);
            var answer = await claims.ClaimAsync(letter, claim, unwritten, op => operations.ContainsKey((wish.Key, op)));
            if (!answer.TryGetRight(out var result, out var failure))
                return new ClaimAnswer.Refused(new ReplayOutcome.NotBegun(failure));
            claimed = result is ClaimResult.Granted;
            return result switch
            {
                ClaimResult.Granted(var afterAnother) => new ClaimAnswer.Granted(afterAnother),
                ClaimResult.Held(var other) => new ClaimAnswer.Refused(new ReplayOutcome.Busy(new InFlightMark(other.By, other.Since))),
                ClaimResult.Changed(var reason) => new ClaimAnswer.Refused(new ReplayOutcome.NotClaimed(reason)),
                _ => throw new UnreachableException($"no answer to {result}"),
            };
        }
    }

    /// <summary>Other processes take a claim that is not renewed for one that was left behind.</summary>
    async Task<ReplayOutcome> RenewedAsync(Task<ReplayOutcome> replay, ReplayRequest wish)
    {
        using var ended = new CancellationTokenSource();
        while (await Task.WhenAny(replay, Task.Delay(LetterClaim.RenewalInterval, clock, ended.Token)) != replay)
            await claims.RenewAsync(wish.Key, wish.Op);
        await ended.CancelAsync();
        return await replay;
    }

    /// <summary>Frees the letter, or leaves the claim behind where nobody can say what became of the event.</summary>
    Task EndAsync(ReplayOutcome outcome, ReplayRequest wish, bool claimed, DateTimeOffset startedAt, TimeSpan took)
    {
        Func<LetterRecord, LetterRecord> note = outcome is ReplayOutcome.NotPublished(var why)
            ? record => DeadLetterDecisions.AddReplayAttempt(record, why, startedAt, took)
                .Noting(new HistoryEntry(startedAt, wish.By, "replay", why.Code))
            : record => record;
        if (claimed && outcome is not ReplayOutcome.Delivered) return claims.EndAsync(wish.Key, wish.Op, LeftOpen(outcome), note);
        return outcome switch
        {
            ReplayOutcome.NotPublished => store.UpdateAsync(wish.Key, note),
            // Delivered, or not claimed and nothing sent: there is nothing to write.
            ReplayOutcome.Delivered or ReplayOutcome.LetterGone or ReplayOutcome.Busy or ReplayOutcome.NotClaimed or ReplayOutcome.NotBegun
                or ReplayOutcome.OutcomeUnknown or ReplayOutcome.NotInDoubt or ReplayOutcome.NotClosed => Task.CompletedTask,
            _ => throw new UnreachableException($"nobody says what {outcome} leaves to be written"),
        };
    }

    static string? LeftOpen(ReplayOutcome outcome) => outcome switch
    {
        ReplayOutcome.NotPublished(PublishFailure.Unknown(var code, var message, _)) => $"{code}: {message}",
        ReplayOutcome.OutcomeUnknown(var reason) => reason,
        ReplayOutcome.NotClosed(var reason) => reason,
        ReplayOutcome.Delivered or ReplayOutcome.LetterGone or ReplayOutcome.NotPublished or ReplayOutcome.NotBegun
            or ReplayOutcome.NotClaimed or ReplayOutcome.Busy or ReplayOutcome.NotInDoubt => null,
        _ => throw new UnreachableException($"nobody says whether {outcome} leaves the event in doubt"),
    };
}
