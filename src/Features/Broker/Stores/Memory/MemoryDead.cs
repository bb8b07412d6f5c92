using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemoryDead(MemoryTables tables, Lock gate, Signals signal)
{
    public DeadHandlings AsPort() => new(
        (id, _) => Answer(() => tables.FindHandling(id) is { } found ? found : Option<EventHandling>.None),
        (filter, limit, _) => Answer<IReadOnlyList<EventHandling>>(() => [.. All().Where(h => Fits(filter, h)).Take(limit)]),
        (limit, _) => Answer<IReadOnlyList<EventHandling>>(() => [.. All().Where(IsDue).Take(limit)]),
        (notes, _) => Answer(() =>
        {
            foreach (var note in notes) Note(note);
            return Unit.Default;
        }),
        (id, edited, now, _) => Answer(() => Change<HandlingState.Dead>(id, h => tables.Edit(h, edited).Anew(now))),
        (id, now, _) => Answer(() => Change<HandlingState.Dead>(id, h =>
        {
            tables.Letters.Remove(id);
            return h with { State = new HandlingState.Skipped(now) };
        })),
        (id, now, _) => Answer(() => Change<HandlingState.Skipped>(id, h =>
        {
            tables.Letters[id] = true;
            return h with { State = new HandlingState.Dead(now) };
        })),
        (of, limit, _) => Answer(() => Newer(of, limit)));

    IEnumerable<EventHandling> All() =>
        tables.Rows.SelectMany(row => row.Handlings.Select(h => tables.AsEventHandling(row, h))).OrderBy(h => h.Handling.Position);

    bool Fits(DeadFilter filter, EventHandling found) =>
        found.IsDead && found.Handling.Position > filter.After
        && (filter.Consumer is null || filter.Consumer == found.Handling.Consumer)
        && (!filter.Lettered || tables.Letters.GetValueOrDefault(found.Handling.Id));

    bool IsDue(EventHandling found) =>
        found.IsDead
            ? !tables.Letters.GetValueOrDefault(found.Handling.Id)
            : tables.Letters.ContainsKey(found.Handling.Id);

    void Note(LetterNote note)
    {
        if (tables.FindHandling(note.HandlingId) is not { } found || found.Token != note.Token) return;
        if (note.IsKept) tables.Letters[note.HandlingId] = true;
        else tables.Letters.Remove(note.HandlingId);
    }

    NewerEvent Newer(EventHandling of, int limit)
    {
        if (of.Event.EffectiveKey is not { } key) return new NewerEvent.OwnKey();
        if (tables.RowOf(of.Handling.Id) is not { RoutedNo: { } routed }) return new NewerEvent.NotKept();
        MemoryRow[] later = [.. tables.Rows.Where(r => r.RoutedNo > routed).OrderBy(r => r.RoutedNo).Take(limit)];
        return later.FirstOrDefault(r => r.Event.EffectiveKey == key
            && r.Handlings.Any(h => h.Consumer == of.Handling.Consumer && h.State is HandlingState.Done)) is { } found
            ? new NewerEvent.Delivered(found.Event.Id, found.Event.CreatedAt)
            : later.Length < limit ? new NewerEvent.None() : new NewerEvent.NotKept();
    }

    bool Change<TState>(Guid id, Func<Handling, Handling> change)
    {
        if (tables.FindHandling(id) is not { Handling: { State: TState } handling }) return false;
        tables.Set(change(handling));
        signal.Set();
        return true;
    }

    Task<Either<StoreFailure, T>> Answer<T>(Func<T> work)
    {
        lock (gate) return Task.FromResult(Either<StoreFailure, T>.Right(work()));
    }
}
