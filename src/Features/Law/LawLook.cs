using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Law;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>Why there is no law change to go on with.</summary>
public abstract record NoLawEvent(string Message)
{
    /// <summary>Neither a letter nor a pending row.</summary>
    public sealed record Missing(EventId Id) : NoLawEvent($"there is neither a dead letter nor a pending row of {Id}");

    public sealed record Refused(string Reason) : NoLawEvent(Reason);

    /// <summary>Redis or the outbox.</summary>
    public sealed record Away(string Reason) : NoLawEvent(Reason);
}

/// <summary>Looks at one event, wherever it is. Changes nothing.</summary>
sealed class LawLook(LawParts parts, LawProgressStore memory, LawInFlight hand)
{
    public async Task<Either<StoreFailure, LawEventSnapshot>> AtAsync(EventId id, CancellationToken stopping)
    {
        var key = LawDecisions.LetterKeyOf(id);
        if (!(await memory.ProgressAsync(id)).TryGetRight(out var progress, out var down)) return down;
        if (!(await parts.Ports.Letters.FindExisting([key])).TryGetRight(out var letters, out down)) return down;
        var found = await FindAsync(id, stopping);
        var sight = new LawEventSnapshot(progress, letters.Count > 0, hand.HolderOf(id), IsHere: parts.Lease.Fault(TimeSpan.Zero) is null);
        if (!found.TryGetRight(out var law, out var none)) return sight with { Problem = none is NoLawEvent.Missing ? null : none.Message };
        if (!(await memory.MaterialAsync(law.InputHash)).TryGetRight(out var kept, out down)) return down;
        if (!(await memory.CallsAsync(law.InputHash)).TryGetRight(out var calls, out down)) return down;
        return sight with { Law = law, IsKept = kept.IsSome, Generations = calls.Count };
    }

    public async Task<Either<StoreFailure, bool>> IsKeptAsync(string inputHash) =>
        (await memory.MaterialAsync(inputHash)).Map(kept => kept.IsSome);

    /// <summary>The letter first: of what has one the outbox tells nothing.</summary>
    public async Task<Either<NoLawEvent, LawEvent>> FindAsync(EventId id, CancellationToken stopping)
    {
        var read = await parts.Ports.Letters.Payload(LawDecisions.LetterKeyOf(id));
        if (!read.TryGetRight(out var payload, out var down)) return new NoLawEvent.Away($"Redis: {down.Message}");
        if (payload.IsSome) return payload.ToEither<NoLawEvent>(new NoLawEvent.Missing(id)).Bind(text => OfLetter(id, text));
        if (!(await parts.Ports.FindPending(stopping)).TryGetRight(out var rows, out var failure))
            return new NoLawEvent.Away($"outbox: {failure}");
        return rows.FirstOrDefault(r => r.EventId == id) is { } row ? OfRow(row) : new NoLawEvent.Missing(id);
    }

    static Either<NoLawEvent, LawEvent> OfLetter(EventId id, ReadOnlyMemory<byte> text) =>
        LawPayloadText.Parse(text).MapLeft(NoLawEvent (unreadable) => new NoLawEvent.Refused(unreadable.Message))
            .Bind(payload => LawDecisions.Fault(payload) is { } fault
                ? Either<NoLawEvent, LawEvent>.Left(new NoLawEvent.Refused(fault))
                : LawDecisions.EventOf(id, payload));

    static Either<NoLawEvent, LawEvent> OfRow(OutboxItem<LawChangedPayload> row) =>
        LawDecisions.Decide(row).MapLeft(NoLawEvent (refusal) => new NoLawEvent.Refused(refusal.Reason));
}
