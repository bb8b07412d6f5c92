using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>The lasting ledger, the dead letters and who has the flow.</summary>
sealed class FakeRedis(Turns turns, Weather weather, FakeClock clock, Violations violations)
{
    static readonly StoreFailure Away = new("no answer");

    (string Text, DateTimeOffset Until)? lease;

    public Dictionary<EventId, LedgerEntry> Ledger { get; } = [];

    public Dictionary<DeadLetterKey, DeadLetter> Letters { get; } = [];

    /// <summary>Who is told of each letter that is saved.</summary>
    public Action<DeadLetter> OnSave { get; set; } = _ => { };

    /// <summary>What names the holder, while it lives.</summary>
    public string? LeaseText => lease is var (text, until) && clock.GetUtcNow() < until ? text : null;

    public LedgerPort LedgerPort => new(LoadAsync, changes => CallAsync(() => Write(changes)));

    public LeasePort LeasePort => new(
        () => CallAsync(() => LeaseText is { } text ? Option<string>.Some(text) : Option<string>.None),
        (seen, text, life) => OnLeaseAsync(seen, () => lease = (text, clock.GetUtcNow() + life)),
        (text, life) => OnLeaseAsync(text, () => lease = (text, clock.GetUtcNow() + life)),
        async text => (await OnLeaseAsync(text, () => lease = null)).Map(_ => Unit.Default));

    /// <summary>Written only where, when the write comes, the flow is still whose it was when it was sent.</summary>
    public LedgerPort FencedLedger(FlowLease of) => new(LoadAsync, async changes =>
    {
        if (of.Holding is not { } text) return new StoreFailure("not held");
        var wrote = await CallAsync(() => LeaseText == text && Write(changes) == Unit.Default);
        if (!wrote.TryGetRight(out var done, out var failure)) return failure;
        if (done) return Unit.Default;
        of.Lose(text, "refused");
        return new StoreFailure("not held any more");
    });

    public LetterPort LetterPort => new(
        letter => CallAsync(() =>
        {
            Letters[letter.Key] = letter;
            OnSave(letter);
            return Unit.Default;
        }),
        keys => CallAsync<IReadOnlySet<DeadLetterKey>>(() => keys.Where(Letters.ContainsKey).ToHashSet()),
        key => CallAsync(() =>
        {
            Letters.Remove(key);
            return Unit.Default;
        }),
        key => CallAsync(() =>
        {
            violations.When(!Letters.ContainsKey(key), $"a row was noted FAILED that has no letter {key}");
            return Unit.Default;
        }));

    Task<Either<StoreFailure, IReadOnlyDictionary<EventId, LedgerEntry>>> LoadAsync() =>
        CallAsync<IReadOnlyDictionary<EventId, LedgerEntry>>(() => new Dictionary<EventId, LedgerEntry>(Ledger));

    Unit Write(IReadOnlyDictionary<EventId, LedgerEntry?> changes)
    {
        violations.When(changes.Count == 0, "an empty change was written to the ledger");
        foreach (var (id, entry) in changes)
        {
            if (entry is null) Ledger.Remove(id);
            else Ledger[id] = entry;
        }

        return Unit.Default;
    }

    Task<Either<StoreFailure, bool>> OnLeaseAsync(string? seen, Action change) => CallAsync(() =>
    {
        if (LeaseText != seen) return false;
        change();
        return true;
    });

    Task<Either<StoreFailure, T>> CallAsync<T>(Func<T> apply)
    {
        var fate = weather.Redis();
        return turns.CallAsync<Either<StoreFailure, T>>(() =>
        {
            if (fate is Fate.NotDone) return Away;
            var answer = apply();
            return fate is Fate.Done ? answer : Away;
        });
    }
}
