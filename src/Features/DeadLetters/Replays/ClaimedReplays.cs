using System.Collections.Concurrent;
using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>
/// Runs replays under the letter's lasting claim: taken when the event is in hand, renewed while the replay is under way,
/// and ended with it, or left behind where nobody can say what became of the event.
/// </summary>
sealed class ClaimedReplays(RedisDeadLetterStore store, TimeProvider clock)
{
    readonly RedisLetterClaims claims = new(store, clock);
    readonly string process = Guid.CreateVersion7().ToString("N");
    readonly ConcurrentDictionary<(DeadLetterKey Key, string Op), byte> operations = new();

    /// <param name="replay">Of the letter's flow.</param>
    public async Task<ReplayOutcome> RunAsync(
        ReplayRequest request, PlannedReplay planned, Func<ReplayOrder, Task<ReplayOutcome>> replay)
    {
        var claimed = false;
        var order = new ReplayOrder(planned.Delivery, request.By, request.Confirmation)
        {
            Claim = ClaimAsync, FirstTrace = (planned.Letter.Record as RecordReading.Readable)?.Record.TraceParent,
        };
        var startedAt = clock.GetUtcNow();
        var started = clock.GetTimestamp();
        operations.TryAdd((request.Key, request.Op), 0);
        try
        {
            var outcome = await RenewedAsync(replay(order), request);
            await EndAsync(outcome, request, claimed, startedAt, clock.GetElapsedTime(started));
            return outcome;
        }
        finally
        {
            operations.TryRemove((request.Key, request.Op), out _);
        }

        async Task<ClaimAnswer> ClaimAsync()
        {
            var now = clock.GetUtcNow();
            var claim = new LetterClaim(request.By, request.Op, process, now, now + LetterClaim.Life);
            var answer = await claims.ClaimAsync(planned.Letter, claim, planned.Unwritten, op => operations.ContainsKey((request.Key, op)));
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
    async Task<ReplayOutcome> RenewedAsync(Task<ReplayOutcome> replay, ReplayRequest request)
    {
        using var ended = new CancellationTokenSource();
        while (await Task.WhenAny(replay, Task.Delay(LetterClaim.RenewalInterval, clock, ended.Token)) != replay)
            await claims.RenewAsync(request.Key, request.Op);
        await ended.CancelAsync();
        return await replay;
    }

    /// <summary>Frees the letter, or leaves the claim behind where nobody can say what became of the event.</summary>
    Task EndAsync(ReplayOutcome outcome, ReplayRequest request, bool claimed, DateTimeOffset startedAt, TimeSpan took)
    {
        Func<LetterRecord, LetterRecord> note = outcome is ReplayOutcome.NotPublished(var why)
            ? record => DeadLetterDecisions.AddReplayAttempt(record, why, startedAt, took)
                .Noting(new HistoryEntry(startedAt, request.By, "replay", why.Code))
            : outcome is ReplayOutcome.UnderWay
                ? record => record.Noting(new HistoryEntry(startedAt, request.By, "replay", "under way"))
                : record => record;
        if (claimed && outcome is not ReplayOutcome.Delivered) return claims.EndAsync(request.Key, request.Op, LeftOpen(outcome), note);
        return outcome switch
        {
            ReplayOutcome.NotPublished => store.UpdateAsync(request.Key, note),
            // Delivered, or not claimed and nothing sent: there is nothing to write.
            ReplayOutcome.Delivered or ReplayOutcome.LetterGone or ReplayOutcome.Busy or ReplayOutcome.NotClaimed or ReplayOutcome.NotBegun
                or ReplayOutcome.OutcomeUnknown or ReplayOutcome.NotInDoubt or ReplayOutcome.NotClosed or ReplayOutcome.UnderWay =>
                    Task.CompletedTask,
            _ => throw new UnreachableException($"nobody says what {outcome} leaves to be written"),
        };
    }

    static string? LeftOpen(ReplayOutcome outcome) => outcome switch
    {
        ReplayOutcome.NotPublished(PublishFailure.Unknown(var code, var message, _)) => $"{code}: {message}",
        ReplayOutcome.OutcomeUnknown(var reason) => reason,
        ReplayOutcome.NotClosed(var reason, _) => reason,
        ReplayOutcome.Delivered or ReplayOutcome.LetterGone or ReplayOutcome.NotPublished or ReplayOutcome.NotBegun
            or ReplayOutcome.NotClaimed or ReplayOutcome.Busy or ReplayOutcome.NotInDoubt or ReplayOutcome.UnderWay => null,
        _ => throw new UnreachableException($"nobody says whether {outcome} leaves the event in doubt"),
    };
}
