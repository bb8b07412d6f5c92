using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>The lasting ledger and the dead letters.</summary>
sealed class FakeRedis(Turns turns, Weather weather, Violations violations)
{
    static readonly StoreFailure Away = new("no answer");

    public Dictionary<EventId, LedgerEntry> Ledger { get; } = [];

    public Dictionary<DeadLetterKey, DeadLetter> Letters { get; } = [];

    /// <summary>Who is told of each letter that is saved.</summary>
    public Action<DeadLetter> OnSave { get; set; } = _ => { };

    public LedgerPort LedgerPort => new(
        () => CallAsync<IReadOnlyDictionary<EventId, LedgerEntry>>(() => new Dictionary<EventId, LedgerEntry>(Ledger)),
        changes => CallAsync(() =>
        {
            violations.When(changes.Count == 0, "an empty change was written to the ledger");
            foreach (var (id, entry) in changes)
            {
                if (entry is null) Ledger.Remove(id);
                else Ledger[id] = entry;
            }

            return Unit.Default;
        }));

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
