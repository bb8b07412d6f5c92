using Hobom.Slices.Core;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Law;

/// <summary>Runs one event of a visit: its steps, then its settlement. The caller has it in hand.</summary>
sealed class LawRunner(LawParts parts, LawSteps steps, LawSettler settler, LawOutages outages, LawCounters tally)
{
    readonly Lock gate = new();
    (long From, TimeSpan For) quiet;

    /// <summary>A neighbour wants to be left alone for longer than an event waits.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (gate) return parts.Clock.GetElapsedTime(quiet.From) < quiet.For;
        }
    }

    /// <summary>A neighbour is taken to be away: one event goes ahead to ask whether it is back.</summary>
    public bool IsNeighbourAway => outages.IsAnyAway;

    public async Task RunAsync(LawEvent law, CancellationToken stopping)
    {
        try
        {
            tally.Ended(law.Id, await RunToEndAsync(law, stopping));
        }
        catch (Exception bug)
        {
            parts.Log.LogError(
                bug, "{EventType}: {EventId} failed unexpectedly; it stays PENDING", LawDecisions.Route.EventType, law.Id);
            tally.Problem(VisitStage.Unexpected, $"internal error: {bug.GetType().Name}");
            tally.Ended(law.Id, LawEnd.LeftPending);
        }
    }

    public async Task RefuseAsync(Refusal refusal, CancellationToken stopping)
    {
        var letter = DeadLetter.Of(refusal, LawDecisions.Route.EventType, LawDecisions.Route.Topic, parts.Clock.GetUtcNow());
        var outcome = new EventOutcome.Refused(letter, CanBeMarked: refusal.EventId is not null);
        var end = await SettleAsync(refusal.EventId, refusal.LetterKey, outcome, LawEnd.DeadLettered, stopping);
        if (refusal.EventId is { } id) tally.Ended(id, end);
    }

    async Task<LawEnd> RunToEndAsync(LawEvent law, CancellationToken stopping)
    {
        var effort = outages.IsAnyAway ? StepBudget.OfProbe(parts.Policies.Publish) : StepBudget.OfVisit(parts.Policies.Publish);
        if ((await steps.RunAsync(law, effort, stopping)).TryGetRight(out var savedBefore, out var end))
            return await CloseAsync(law, savedBefore ? LawEnd.MarkedLate : LawEnd.Sent, stopping);
        if (end is StepEnd.GaveUp gaveUp && outages.MayDeadLetter(gaveUp))
        {
            var outcome = new EventOutcome.GaveUp(LawDecisions.LetterOf(law, gaveUp, parts.Clock.GetUtcNow()));
            return await SettleAsync(law.Id, law.LetterKey, outcome, LawEnd.DeadLettered, stopping);
        }

        Note(end);
        return LawEnd.LeftPending;
    }

    async Task<LawEnd> CloseAsync(LawEvent law, LawEnd end, CancellationToken stopping)
    {
        if ((await settler.HasLetterAsync(law.LetterKey)).TryGetRight(out var stale, out var down))
            return await SettleAsync(law.Id, law.LetterKey, new EventOutcome.Published(stale), end, stopping);
        tally.Problem(VisitStage.Redis, $"Redis: {down.Message}");
        return LawEnd.LeftPending;
    }

    async Task<LawEnd> SettleAsync(
        EventId? id, DeadLetterKey key, EventOutcome outcome, LawEnd end, CancellationToken stopping)
    {
        if (await settler.SettleAsync(id, key, outcome, stopping) is not { } trouble) return end;
        tally.Problem(trouble.Stage, trouble.Message);
        return LawEnd.LeftPending;
    }

    void Note(StepEnd end)
    {
        switch (end)
        {
            case StepEnd.GaveUp gaveUp:
                tally.Problem(gaveUp.Stage, $"{gaveUp.Stage}: {gaveUp.Last.Code}: {gaveUp.Last.Message}");
                break;
            case StepEnd.LeftPending(var trouble, var quietFor) left:
                tally.Problem(left.Stage, trouble);
                if (quietFor <= TimeSpan.Zero) break;
                lock (gate) quiet = (parts.Clock.GetTimestamp(), quietFor);
                break;
        }
    }
}
