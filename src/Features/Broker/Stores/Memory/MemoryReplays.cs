using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemoryReplays(MemoryTables tables, Lock gate, Signals signal)
{
    public ReplayRegister AsRegister() => new(
        (replay, _) => Answer(() => Plan(replay)),
        _ => Answer<IReadOnlyList<StoreReplay>>(() => [.. tables.Replays.Values.OrderByDescending(r => r.CreatedAt)]),
        (id, change, _) => Answer(() => Change(id, change)),
        (now, _) => Answer(() => Step(now)),
        _ => Answer(NextDue));

    Option<DateTimeOffset> NextDue() =>
        tables.Replays.Values.Where(r => r.State is StoreReplayState.Running).Min(r => (DateTimeOffset?)r.NextAt) is { } at
            ? at
            : Option<DateTimeOffset>.None;

    StoreReplay Plan(StoreReplay replay)
    {
        var bounded = replay with { Bound = tables.Rows.Max(r => r.RoutedNo) ?? 0 };
        return tables.Replays[replay.Id] = bounded with { Count = Fitting(bounded).Count() };
    }

    Option<Either<string, StoreReplay>> Change(string id, Func<StoreReplay, Either<string, StoreReplay>> change)
    {
        if (!tables.Replays.TryGetValue(id, out var known)) return Option<Either<string, StoreReplay>>.None;
        var changed = change(known);
        changed.Iter(next => tables.Replays[id] = next);
        signal.Set();
        return changed;
    }

    bool Step(DateTimeOffset now)
    {
        if (tables.Replays.Values.Where(r => r.State is StoreReplayState.Running && r.NextAt <= now).MinBy(r => r.NextAt) is not { } replay)
            return false;
        var consumer = tables.Consumers.GetValueOrDefault(replay.Consumer);
        tables.Replays[replay.Id] = StoreReplay.Hindrance(consumer) is { } why ? replay.HeldUp(why, now) : Give(replay, consumer!, now);
        signal.Set();
        return true;
    }

    StoreReplay Give(StoreReplay replay, Consumer consumer, DateTimeOffset now)
    {
        var fitting = Fitting(replay).OrderBy(r => r.RoutedNo).Take(replay.StepSize).ToArray();
        var chosen = fitting.TakeWhile(r => !r.IsUnrouted).ToArray();
        if (chosen.Length == 0 && fitting.Length > 0) return replay.HeldUp(StoreReplay.UnroutedWhy, now);
        var given = chosen.Count(row => tables.Receive(row, consumer, now));
        var isEnd = fitting.Length < replay.StepSize && chosen.Length == fitting.Length;
        return replay.After(isEnd ? replay.Bound : chosen[^1].RoutedNo ?? 0, given, chosen.Length - given, isEnd, now);
    }

    IEnumerable<MemoryRow> Fitting(StoreReplay replay)
    {
        var choice = replay.Choice;
        var filter = new EventFilter(choice.Source, choice.Status, From: choice.From, To: choice.To);
        return tables.Rows.Where(row =>
            row.RoutedNo > replay.Cursor && row.RoutedNo <= replay.Bound && choice.FitsType(row.Event.Type) && filter.Fits(row.AsStored())
            && (choice.Ids is null || choice.Ids.Contains(row.Event.Id))
            && (!choice.OnlyDead || row.Handlings.Exists(h => h.Consumer == replay.Consumer && h.State is HandlingState.Dead)));
    }

    Task<Either<StoreFailure, T>> Answer<T>(Func<T> work)
    {
        lock (gate) return Task.FromResult(Either<StoreFailure, T>.Right(work()));
    }
}
