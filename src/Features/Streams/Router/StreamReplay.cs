using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Streams;

/// <summary>
/// Puts a dead letter's entry through its handler again. It has effect exactly where the entry still waits as a letter,
/// asked in the same step: a replay beside another, or after one whose answer got lost, changes nothing.
/// </summary>
public sealed class StreamReplay(RouterParts parts)
{
    /// <summary>The state that a decision was made from may change under it, while the stream is worked on.</summary>
    const int RoundLimit = 5;

    public async Task<ReplayOutcome> RunAsync(ReplayOrder order)
    {
        var carried = order.Delivery.Events[0];
        if (!StreamLetters.Parse(order.Delivery.Value).TryGetRight(out var entry, out var refusal)) return Refused(refusal.Reason);
        if (StreamLetters.KeyOf(entry.Stream, entry.Id) != carried.LetterKey) return Refused("the entry's stream and id cannot be changed");
        if (await order.Claim() is ClaimAnswer.Refused(var outcome)) return outcome;
        var store = new ShardStore(
            parts.Redis, parts.Settings,
            new ShardStream(StreamLayout.DomainOf(entry.Stream) ?? "", entry.Stream, 1, new StreamPart.Whole()), parts.Process, holder: "");
        for (var round = 0; round < RoundLimit; round++)
        {
            var applied = await ApplyAsync(store, entry);
            if (!applied.TryGetRight(out var answer, out var failed)) return failed;
            switch (answer)
            {
                case Applied.Now or Applied.Before:
                    return await CloseAsync(carried);
                case Applied.Fault(var reason):
                    return Failed(reason);
                case Applied.Pending:
                    return new ReplayOutcome.NotBegun(new StoreFailure(
                        "the router still has the entry in hand; it becomes a dead letter, or is applied, by itself"));
                case Applied.Unproven when order.Confirmation is Confirmation.None:
                    return new ReplayOutcome.OutcomeUnknown(
                        "nothing says any more whether the entry was applied: it does not wait, and what was applied is remembered only "
                        + "as long as it is in its stream");
                case Applied.Unproven:
                    if (order.Confirmation is Confirmation.Delivered) return await CloseAsync(carried);
                    if (!(await store.WaitAsync(entry.Id, parts.Clock.GetUtcNow())).TryGetRight(out _, out var away)) return NotBegun(away);
                    break;
                case Applied.Stale or Applied.Blocked:
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        return new ReplayOutcome.NotPublished(new PublishFailure.Transient("STALE",
            $"the state changed {RoundLimit} times in a row under the replay"));
    }

    /// <summary>Why no handler would take it, or null.</summary>
    public string? Fault(ReadOnlyMemory<byte> payload)
    {
        if (!StreamLetters.Parse(payload).Bind(Handler).TryGetRight(out var found, out var refusal)) return refusal.Reason;
        var entry = found.Dated.Entry;
        if (!Asked(entry, () => found.Handler.Reads(entry)).TryGetRight(out var reads, out var bug)) return bug;
        var nothing = new StateView(reads.Distinct().ToDictionary(r => r, _ => (string?)null));
        if (!Asked(entry, () => found.Handler.Decide(found.Dated, nothing)).TryGetRight(out var decided, out bug)) return bug;
        return decided.TryGetRight(out _, out refusal) ? null : refusal.Reason;
    }

    /// <summary>A handler with a bug fails the one replay, and nothing that this was asked from.</summary>
    /// <returns>Left: what it threw.</returns>
    Either<string, T> Asked<T>(StreamEntry entry, Func<T> handler)
    {
        try
        {
            return handler();
        }
        catch (Exception bug)
        {
            parts.Log.LogError(LogEvents.Named("streams.bug"),
                bug, "{Stream}: the handler of {Id} failed unexpectedly at a replay", entry.Stream, entry.Id);
            return $"internal error: {bug.GetType().Name}: {bug.Message}";
        }
    }

    async Task<Either<ReplayOutcome, Applied>> ApplyAsync(ShardStore store, StreamEntry entry)
    {
        if (!Handler(entry).TryGetRight(out var found, out var refusal)) return Refused(refusal.Reason);
        if (!Asked(entry, () => found.Handler.Reads(entry)).TryGetRight(out var reads, out var bug)) return Failed(bug);
        if (!(await store.StateAsync(reads)).TryGetRight(out var state, out var trouble)) return NotBegun(trouble);
        if (!Asked(entry, () => found.Handler.Decide(found.Dated, state)).TryGetRight(out var decided, out bug)) return Failed(bug);
        if (!decided.TryGetRight(out var changes, out refusal)) return Refused(refusal.Reason);
        var applied = await store.ApplyAsync([new Application(entry.Id, Lane: 0, changes)]);
        return applied.Map(answers => answers[0]).MapLeft<ReplayOutcome>(NotBegun);
    }

    Either<EntryRefusal, (EntryHandler Handler, DatedEntry Dated)> Handler(StreamEntry entry) =>
        parts.Handlers.Find(StreamLayout.DomainOf(entry.Stream) ?? "", entry).Map(h => (h, DatedEntry.Of(entry, parts.Settings.Zone)));

    async Task<ReplayOutcome> CloseAsync(CarriedEvent carried) =>
        (await parts.Letters.Drop(carried.LetterKey)).TryGetRight(out _, out var undropped)
            ? new ReplayOutcome.Delivered(null)
            : new ReplayOutcome.NotClosed($"applied, but the letter could not be removed: {undropped.Message}", IsPassing: true);

    /// <summary>Should it have been applied all the same, the next replay finds that and only closes the letter.</summary>
    static ReplayOutcome.NotBegun NotBegun(ShardProblem trouble) =>
        new(trouble is ShardProblem.Away(var failure) ? failure : new StoreFailure("the stream cannot be reached now"));

    static ReplayOutcome.NotPublished Failed(string reason) => new(new PublishFailure.Transient("HANDLE", reason));

    static ReplayOutcome.NotPublished Refused(string reason) => new(new PublishFailure.Permanent("REFUSED", reason));
}
