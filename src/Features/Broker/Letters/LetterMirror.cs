using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Broker.Letters;

/// <summary>
/// Keeps the dead letters as the dead handlings are. A handling dies in the store first; then its letter is written, then
/// the store notes that it is there. So whatever is away, and whenever a process dies, the next visit finds what is left to
/// be done. Every few minutes all of them are compared: what another program deleted comes back, what is no longer dead goes.
/// </summary>
public sealed class LetterMirror(
    Func<BrokerStore?> store, LetterPort letters, Func<bool> isOn, TimeProvider clock)
{
    const int PageSize = 200;

    static readonly TimeSpan CompareInterval = TimeSpan.FromMinutes(5);

    long? compared;

    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        if (store() is not { } open) return Report(0, "the broker's store is not open yet");
        if (!isOn()) return Report(0, null);
        var saved = 0;
        while (!stopping.IsCancellationRequested)
        {
            if (!(await open.Dead.Due(PageSize, stopping)).TryGetRight(out var due, out var failure)) return Report(saved, failure.Message);
            if (due.Count == 0) break;
            var (notes, trouble) = await MirrorAsync(due);
            if (notes.Count > 0 && !(await open.Dead.Note(notes, stopping)).TryGetRight(out _, out failure))
                return Report(saved, failure.Message);
            saved += notes.Count(n => n.IsKept);
            if (trouble is not null) return Report(saved, trouble.Message);
            // What is left are letters that replays have in hand.
            if (notes.Count == 0) break;
        }

        return Report(saved, stopping.IsCancellationRequested ? null : await CompareNowAndThenAsync(open, stopping));
    }

    async Task<(List<LetterNote> Notes, StoreFailure? Problem)> MirrorAsync(IReadOnlyList<EventHandling> due)
    {
        var notes = new List<LetterNote>(due.Count);
        if (!(await FindInHandAsync(due)).TryGetRight(out var inHand, out var away)) return (notes, away);
        foreach (var one in due.Where(d => !inHand.Contains(d.Handling.Id)))
        {
            if (!(await MirrorAsync(one)).TryGetRight(out _, out var failure)) return (notes, failure);
            notes.Add(new LetterNote(one.Handling.Id, one.Token, one.IsDead));
        }

        return (notes, null);
    }

    /// <summary>
    /// Of handlings that are open again, those whose replay is under way. It takes the letter away itself, or the letter stays with its
    /// history: dropped meanwhile it would come back without.
    /// </summary>
    async Task<Either<StoreFailure, IReadOnlySet<Guid>>> FindInHandAsync(IReadOnlyList<EventHandling> due)
    {
        var open = due.Where(d => d.Handling.State.IsOpen)
            .ToDictionary(d => BrokerLetters.KeyOf(d.Handling.Consumer, d.Handling.Id), d => d.Handling.Id);
        if (open.Count == 0) return new System.Collections.Generic.HashSet<Guid>();
        return (await letters.FindClaimed([.. open.Keys])).Map<IReadOnlySet<Guid>>(claimed => claimed.Select(k => open[k]).ToHashSet());
    }

    async Task<Either<StoreFailure, Unit>> MirrorAsync(EventHandling one)
    {
        var key = BrokerLetters.KeyOf(one.Handling.Consumer, one.Handling.Id);
        if (!one.IsDead) return await letters.Drop(key);
        var saved = await letters.Save(BrokerLetters.Of(one, clock.GetUtcNow()));
        // Nothing but an operator tries it again: it is no letter of a row that a visit may still deliver.
        return saved.IsLeft ? saved : await letters.NoteRowFailed(key);
    }

    async Task<string?> CompareNowAndThenAsync(BrokerStore open, CancellationToken stopping)
    {
        if (compared is { } before && clock.GetElapsedTime(before) < CompareInterval) return null;
        var trouble = await CompareAsync(open, stopping);
        if (trouble is null) compared = clock.GetTimestamp();
        return trouble?.Message;
    }

    async Task<StoreFailure?> CompareAsync(BrokerStore open, CancellationToken stopping)
    {
        // Read before the handlings: a letter that is written meanwhile is not taken for one without a handling.
        if (!(await letters.List(BrokerLetters.Category)).TryGetRight(out var listed, out var failure)) return failure;
        var dead = new System.Collections.Generic.HashSet<DeadLetterKey>();
        for (var after = 0L; ;)
        {
            var page = await open.Dead.List(new DeadFilter(null, after, Lettered: true), PageSize, stopping);
            if (!page.TryGetRight(out var found, out failure)) return failure;
            if (found.Count == 0) break;
            if (await NoteMissingAsync(open, found, stopping) is { } trouble) return trouble;
            dead.UnionWith(found.Select(f => BrokerLetters.KeyOf(f.Handling.Consumer, f.Handling.Id)));
            after = found[^1].Handling.Position;
        }

        foreach (var key in listed.Where(k => !dead.Contains(k)))
            if (await DropStaleAsync(open, key, stopping) is { } trouble) return trouble;
        return null;
    }

    /// <summary>They are due again, and written by the next visit.</summary>
    async Task<StoreFailure?> NoteMissingAsync(BrokerStore open, IReadOnlyList<EventHandling> found, CancellationToken stopping)
    {
        var keys = found.Select(f => BrokerLetters.KeyOf(f.Handling.Consumer, f.Handling.Id)).ToArray();
        if (!(await letters.FindExisting(keys)).TryGetRight(out var there, out var failure)) return failure;
        LetterNote[] gone =
        [
            .. found.Zip(keys, (one, key) => (one, key)).Where(p => !there.Contains(p.key))
                .Select(p => new LetterNote(p.one.Handling.Id, p.one.Token, false)),
        ];
        if (gone.Length == 0) return null;
        return (await open.Dead.Note(gone, stopping)).TryGetRight(out _, out failure) ? null : failure;
    }

    async Task<StoreFailure?> DropStaleAsync(BrokerStore open, DeadLetterKey key, CancellationToken stopping)
    {
        if (BrokerLetters.HandlingOf(key) is not { } id) return null;
        if (!(await open.Dead.One(id, stopping)).TryGetRight(out var found, out var failure)) return failure;
        if (found.Case is EventHandling { IsDead: true }) return null;
        if (found.Case is EventHandling handling)
        {
            if (!(await FindInHandAsync([handling])).TryGetRight(out var inHand, out failure)) return failure;
            if (inHand.Contains(id)) return null;
        }

        return (await letters.Drop(key)).TryGetRight(out _, out failure) ? null : failure;
    }

    static VisitReport Report(int saved, string? trouble) => new(saved, 0, 0, saved, 0, trouble, null);
}
