using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.TurnTaking;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>
/// Brings letters from Redis into the <see cref="LetterCatalogue"/>: all of them, and then what changes. Each change names its
/// letter in <c>dlqx:changed:&lt;category&gt;</c> with the writer's time; since clocks differ and calls take time, the
/// last seconds are always looked at again.
/// </summary>
/// <param name="maskText">Lists show and search errors as this leaves them.</param>
public sealed class LetterFeed(RedisConnection redis, LetterCatalogue catalogue, Func<string, string> maskText, TimeProvider clock)
    : IDisposable
{
    static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LoadLimit = TimeSpan.FromMinutes(2);
    static readonly TimeSpan FollowLimit = TimeSpan.FromSeconds(30);

    readonly TurnLine line = new();
    readonly Dictionary<Category, Dictionary<string, double>> told = [];
    readonly CausesSeen causes = new();
    DateTimeOffset since;
    long asOfMs;

    /// <summary>When Redis last told what changed; null before the first load.</summary>
    public DateTimeOffset? AsOf => Interlocked.Read(ref asOfMs) is > 0 and var ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    /// <summary>Reads every letter anew.</summary>
    public Task<Either<StoreFailure, Unit>> LoadAsync() =>
        InTurnAsync(
            async db =>
            {
                var begun = clock.GetUtcNow();
                var all = new List<CatalogueLetter>();
                foreach (var category in await RedisLetterIndex.CategoriesAsync(db))
                {
                    await foreach (var page in RedisLetterIndex.PagesAsync(db, category))
                        all.AddRange((await ReadAsync(db, category, [.. page.Select(e => e.Member)])).Values.OfType<CatalogueLetter>());
                    foreach (
                        var aside in (await db.SortedSetRangeByScoreAsync(LetterKeys.Undo(category))).Chunk(RedisLetterIndex.ChunkSize))
                        all.AddRange((await ReadAsync(db, category, aside)).Values.OfType<CatalogueLetter>());
                }

                catalogue.Replace(all);
                since = begun;
                told.Clear();
            },
            LoadLimit);

    /// <summary>Reads what changed since; nothing before the first load.</summary>
    public Task<Either<StoreFailure, Unit>> FollowAsync() =>
        InTurnAsync(
            async db =>
            {
                if (!catalogue.IsLoaded) return;
                var begun = clock.GetUtcNow();
                var changes = new Dictionary<DeadLetterKey, CatalogueLetter?>();
                var seen = new Dictionary<Category, Dictionary<string, double>>();
                foreach (var category in await RedisLetterIndex.CategoriesAsync(db))
                {
                    var entries = await db.SortedSetRangeByScoreWithScoresAsync(
                        LetterKeys.Changed(category), (since - Overlap).ToUnixTimeMilliseconds());
                    var before = told.GetValueOrDefault(category);
                    var fresh = entries.Where(e => before is null || !before.TryGetValue((string)e.Element!, out var at) || at != e.Score);
                    foreach (var some in fresh.Select(e => e.Element).Chunk(RedisLetterIndex.ChunkSize))
                        foreach (var (key, letter) in await ReadAsync(db, category, some)) changes[key] = letter;
                    seen[category] = entries.ToDictionary(e => (string)e.Element!, e => e.Score, StringComparer.Ordinal);
                }

                catalogue.Apply(changes);
                since = begun;
                told.Clear();
                foreach (var (category, entries) in seen) told[category] = entries;
            },
            FollowLimit);

    /// <summary>Who reads may end it; who waits to read, or comes later, is told that nobody follows the letters any more.</summary>
    public void Dispose() => line.Dispose();

    async Task<Either<StoreFailure, Unit>> InTurnAsync(Func<IDatabase, Task> read, TimeSpan limit)
    {
        if (!(await line.TakeAsync(default)).TryGetRight(out var taken, out _))
            return new StoreFailure("the letters are followed no more: this process is stopping");
        using var turn = taken;
        return await redis.RunAsync(
            async db =>
            {
                var asked = clock.GetUtcNow();
                await read(db);
                if (catalogue.IsLoaded) Interlocked.Exchange(ref asOfMs, asked.ToUnixTimeMilliseconds());
                return Unit.Default;
            },
            limit);
    }

    /// <summary>Letters of one category by key; null for those that are gone. Five commands, however many they are.</summary>
    async Task<Dictionary<DeadLetterKey, CatalogueLetter?>> ReadAsync(IDatabase db, Category category, RedisValue[] ids)
    {
        if (ids.Length == 0) return [];
        var indexed = RedisLetterIndex.ScoresAsync(db, LetterKeys.Index(category), ids);
        var aside = RedisLetterIndex.ScoresAsync(db, LetterKeys.Undo(category), ids);
        var entries = ids.Select(id => new IndexEntry(new DeadLetterKey(category, (string?)id ?? ""), id, 0)).ToList();
        var traces = await LetterTraces.ReadAsync(db, category, entries);
        var there = (await RedisLetterIndex.ThoseThereAsync(db, entries, e => e.Key.Format())).ToHashSet();
        await Task.WhenAll(indexed, aside);
        var letters = new Dictionary<DeadLetterKey, CatalogueLetter?>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            var entry = entries[i] with { FailedAtMs = indexed.Result[i] ?? 0 };
            var exists = aside.Result[i] is not null || (indexed.Result[i] is not null && there.Contains(entries[i]));
            letters[entry.Key] = exists
                ? Of(entry.Key, traces[i].Summary ?? await LetterTraces.SummaryAsync(db, entry), traces[i].ExpectedAt)
                : null;
        }

        return letters;
    }

    CatalogueLetter Of(DeadLetterKey key, LetterSummary summary, DateTimeOffset? expiresAt)
    {
        var aside = summary.Discarded is { } note ? note with { Reason = maskText(note.Reason) } : null;
        var shown = summary with
        {
            Reason = maskText(summary.Reason), Discarded = aside,
            Code = summary.Code is { } code ? causes.Once(maskText(code)) : null,
            SharedKey = summary.SharedKey is { } shared ? causes.Once(shared) : null,
        };
        return new CatalogueLetter(key, shown, causes.Of(key.Category, shown), expiresAt);
    }

    /// <summary>One object for each cause and for each text that many letters have, however many they are.</summary>
    sealed class CausesSeen
    {
        const int Limit = 20_000;

        readonly Dictionary<string, LetterCause> byGroup = new(StringComparer.Ordinal);
        readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);

        public LetterCause Of(Category category, LetterSummary summary)
        {
            if (byGroup.Count > Limit) byGroup.Clear();
            var cause = LetterCause.Of(category, summary);
            return byGroup.TryGetValue(cause.GroupId, out var seen) ? seen : byGroup[cause.GroupId] = cause;
        }

        public string Once(string text)
        {
            if (texts.Count > Limit) texts.Clear();
            return texts.TryGetValue(text, out var seen) ? seen : texts[text] = text;
        }
    }
}
