using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>The lasting ledger, the dead letters and who has the flow.</summary>
sealed class FakeRedis(Turns turns, Weather weather, FakeClock clock, Violations violations)
{
    static readonly StoreFailure Away = new("no answer");

    const string Whole = "lease";

    readonly Dictionary<string, (string Text, DateTimeOffset Until)> strings = [];
    readonly Dictionary<(ShardCount Count, string Id), (ProcessIdentity Process, DateTimeOffset Until)> sharers = [];

    public Dictionary<EventId, LedgerEntry> Ledger { get; } = [];

    public Dictionary<DeadLetterKey, DeadLetter> Letters { get; } = [];

    /// <summary>Who is told of each letter that is saved.</summary>
    public Action<DeadLetter> OnSave { get; set; } = _ => { };

    /// <summary>What names the holder, or how the flow is divided, while it lives.</summary>
    public string? LeaseText => Get(Whole);

    public LedgerPort LedgerPort => new(() => LoadAsync(_ => true), changes => CallAsync(() => Write(changes)));

    public LeasePort LeaseOf(FlowShard shard, TimeSpan life)
    {
        var (key, divided) = (KeyOf(shard), new FlowDivision(shard.Count, life).Format());
        return shard.IsWhole
            ? new LeasePort(
                () => CallAsync(() => Told(LeaseText)),
                (seen, text, left) => OnAsync(() => LeaseText == seen, () => Set(Whole, text, left)),
                (text, left) => OnAsync(() => LeaseText == text, () => Set(Whole, text, left)),
                async text => (await OnAsync(() => LeaseText == text, () => strings.Remove(Whole))).Map(_ => Unit.Default))
            : new LeasePort(
                () => CallAsync(() => Told(LeaseText is { } other && other != divided ? other : Get(key))),
                (seen, text, left) => OnAsync(
                    () => (LeaseText is null || LeaseText == divided) ? Get(key) == seen : LeaseText == seen && Get(key) is null,
                    () => SetBoth(text, left)),
                (text, left) => OnAsync(() => Get(key) == text && LeaseText == divided, () => SetBoth(text, left)),
                async text => (await OnAsync(
                    () => Get(key) == text,
                    () =>
                    {
                        strings.Remove(key);
                        if (AllOf(shard).All(s => Get(KeyOf(s)) is null) && LeaseText == divided) strings.Remove(Whole);
                    })).Map(_ => Unit.Default));

        void SetBoth(string text, TimeSpan left)
        {
            Set(key, text, left);
            Set(Whole, divided, left);
        }
    }

    public ShardPort ShardsOf(ShardCount count) => new(
        (me, life) => CallAsync(() =>
        {
            sharers[(count, me.Id)] = (me, clock.GetUtcNow() + life);
            return new ShardsSeen(
                [.. sharers.Where(s => s.Key.Count == count && clock.GetUtcNow() < s.Value.Until).Select(s => s.Value.Process)],
                [.. AllOf(new FlowShard(World.Route.Category, 0, count)).Select(s => Get(KeyOf(s)))]);
        }),
        me => CallAsync(() =>
        {
            sharers.Remove((count, me.Id));
            return Unit.Default;
        }));

    /// <summary>Written only where, when the write comes, the flow is still whose it was when it was sent.</summary>
    public LedgerPort FencedLedger(FlowLease of) => new(() => LoadAsync(of.Flow.Has), async changes =>
    {
        if (of.Holding is not { } text) return new StoreFailure("not held");
        violations.When(changes.Keys.Any(id => !of.Flow.Has(id)), $"{of.Flow} writes another's events to the ledger");
        var wrote = await CallAsync(() => Get(KeyOf(of.Flow)) == text && Write(changes) == Unit.Default);
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

    Task<Either<StoreFailure, IReadOnlyDictionary<EventId, LedgerEntry>>> LoadAsync(Func<EventId, bool> isOwn) =>
        CallAsync<IReadOnlyDictionary<EventId, LedgerEntry>>(() => Ledger.Where(e => isOwn(e.Key)).ToDictionary());

    static string KeyOf(FlowShard shard) => shard.IsWhole ? Whole : $"{Whole}:{shard.Count.Value}:{shard.Number}";

    static IEnumerable<FlowShard> AllOf(FlowShard shard) => Enumerable.Range(0, shard.Count.Value).Select(n => shard with { Number = n });

    static Option<string> Told(string? text) => text is null ? Option<string>.None : text;

    string? Get(string key) => strings.TryGetValue(key, out var kept) && clock.GetUtcNow() < kept.Until ? kept.Text : null;

    void Set(string key, string text, TimeSpan life) => strings[key] = (text, clock.GetUtcNow() + life);

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

    Task<Either<StoreFailure, bool>> OnAsync(Func<bool> holds, Action change) => CallAsync(() =>
    {
        if (!holds()) return false;
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
