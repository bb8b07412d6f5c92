using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>A letter's place in its category's index.</summary>
/// <param name="Member">The id as Redis has it.</param>
/// <param name="FailedAtMs">The last failure, unix time.</param>
sealed record IndexEntry(DeadLetterKey Key, RedisValue Member, double FailedAtMs);

/// <summary>
/// The index's part of <see cref="RedisDeadLetterStore"/>: a sorted set for each category, ordered by last failure
/// and then by the bytes of the id.
/// </summary>
static class RedisLetterIndex
{
    /// <summary>Keys in one command.</summary>
    public const int ChunkSize = 1000;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async Task<IReadOnlyList<Category>> CategoriesAsync(IDatabase db)
    {
        var names = await db.SetMembersAsync(LetterKeys.Categories);
        return [.. names.Select(n => (string?)n ?? "").Where(Category.IsWellFormed).Order(StringComparer.Ordinal)
            .Select(n => new Category(n))];
    }

    /// <summary>
    /// The whole index in order, page by page. Each page begins after the last entry seen and not at a rank, so
    /// what comes and goes meanwhile makes no other entry be missed or told twice.
    /// </summary>
    public static async IAsyncEnumerable<IReadOnlyList<IndexEntry>> PagesAsync(IDatabase db, Category category)
    {
        var last = new IndexEntry(new DeadLetterKey(category, ""), RedisValue.EmptyString, double.NegativeInfinity);
        var sameInstant = 0;
        while (true)
        {
            var read = await db.SortedSetRangeByScoreWithScoresAsync(
                LetterKeys.Index(category), last.FailedAtMs, skip: sameInstant, take: ChunkSize);
            var fresh = read.Where(e => IsAfter(e, last)).Select(e => EntryOf(category, e)).ToList();
            if (fresh.Count > 0) yield return fresh;
            if (read.Length < ChunkSize) yield break;
            // A full page of letters that failed in the same millisecond as the last one, all of them told already.
            sameInstant = fresh.Count > 0 ? 0 : sameInstant + read.Length;
            last = fresh.Count > 0 ? fresh[^1] : last;
        }
    }

    /// <summary>One EXISTS for all tells the common cases apart, none there or all; else each is asked, pipelined.</summary>
    /// <param name="items">Distinct, <see cref="ChunkSize"/> at most.</param>
    public static async Task<IReadOnlyList<T>> ThoseThereAsync<T>(
        IDatabase db, IReadOnlyList<T> items, Func<T, string> keyOf)
    {
        if (items.Count == 0) return [];
        var keys = items.Select(i => (RedisKey)keyOf(i)).ToList();
        var count = (long)await db.ExecuteAsync("EXISTS", [.. keys.Cast<object>()]);
        if (count == 0) return [];
        if (count == items.Count) return items;
        var there = await Task.WhenAll(keys.Select(k => db.KeyExistsAsync(k)));
        return [.. items.Where((_, i) => there[i])];
    }

    /// <summary>Looks through all keys for letters that are not in the index, and adds them.</summary>
    public static async Task<Reconciliation> AddMissingAsync(IDatabase db, DateTimeOffset now)
    {
        var seen = new Reconciliation(0, 0, 0, 0);
        var cursor = "0";
        do
        {
            var page = (RedisResult[])(await db.ExecuteAsync(
                "SCAN", cursor, "MATCH", $"{DeadLetterKey.Prefix}*", "COUNT", ChunkSize))!;
            cursor = (string)page[0]!;
            var names = (byte[][])page[1]!;
            var keys = names.Select(KeyOf).OfType<DeadLetterKey>().Distinct().ToList();
            seen = seen with { Letters = seen.Letters + keys.Count, Foreign = seen.Foreign + names.Length - keys.Count };
            foreach (var category in keys.GroupBy(k => k.Category))
                seen = seen with { Added = seen.Added + await AddMissingAsync(db, [.. category], now) };
        }
        while (cursor != "0");
        return seen;
    }

    /// <summary>Of each member, null where it is none.</summary>
    /// <param name="members">One at least.</param>
    public static async Task<IReadOnlyList<double?>> ScoresAsync(IDatabase db, string set, IReadOnlyList<RedisValue> members)
    {
        var scores = (RedisResult[])(await db.ExecuteAsync("ZMSCORE", [(RedisKey)set, .. members.Cast<object>()]))!;
        return [.. scores.Select(s => s.IsNull ? null : (double?)(double)s)];
    }

    public static IndexEntry EntryOf(Category category, SortedSetEntry entry) =>
        new(new DeadLetterKey(category, (string?)entry.Element ?? ""), entry.Element, entry.Score);

    static async Task<int> AddMissingAsync(IDatabase db, IReadOnlyList<DeadLetterKey> keys, DateTimeOffset now)
    {
        var scores = await ScoresAsync(db, LetterKeys.Index(keys[0].Category), [.. keys.Select(k => (RedisValue)k.Id)]);
        var missing = keys.Where((_, i) => scores[i] is null).ToList();
        var entries = await Task.WhenAll(missing.Select(async k => await SeeAsync(db, k, now)));
        var added = await GuardedBatch.WriteAsync(
            db, entries,
            item => new GuardedWrite(
            [
                RedisCommand.RankNew(LetterKeys.Index(item.Entry.Key.Category), item.Entry.Member, item.Entry.FailedAtMs),
                RedisCommand.AddToSet(LetterKeys.Categories, item.Entry.Key.Category.Name),
                LetterWrites.Expect(item.Entry.Key, item.Life, now),
                .. LetterWrites.Summarize(item.Entry.Key, item.Summary, now),
            ],
            Guard.Exists(item.Entry.Key.Format())));
        return added.Count;
    }

    static async Task<(IndexEntry Entry, LetterSummary Summary, TimeSpan? Life)> SeeAsync(
        IDatabase db, DeadLetterKey key, DateTimeOffset now)
    {
        var left = db.KeyTimeToLiveAsync(key.Format());
        var entry = new IndexEntry(key, key.Id, await FailedAtMsAsync(db, key, now));
        return (entry, await LetterTraces.SummaryAsync(db, entry), await left);
    }

    /// <summary>As the letter's record tells; of another writer's letter, as the contract's time to live does.</summary>
    static async Task<double> FailedAtMsAsync(IDatabase db, DeadLetterKey key, DateTimeOffset now)
    {
        var left = db.KeyTimeToLiveAsync(key.Format());
        var record = await RedisReading.RecordAsync(db.StringGetAsync(LetterKeys.Record(key)));
        if (record is RecordReading.Readable(var known)) return known.LastFailedAt.ToUnixTimeMilliseconds();
        var age = await left is { } l && l < DeadLetter.TimeToLive ? DeadLetter.TimeToLive - l : TimeSpan.Zero;
        return (now - age).ToUnixTimeMilliseconds();
    }

    static DeadLetterKey? KeyOf(byte[] name)
    {
        try
        {
            return DeadLetterKey.Parse(Strict.GetString(name)).MatchUnsafe<DeadLetterKey?>(key => key, _ => null);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    static bool IsAfter(SortedSetEntry entry, IndexEntry last) =>
        entry.Score > last.FailedAtMs
        || ((byte[]?)entry.Element).AsSpan().SequenceCompareTo((byte[]?)last.Member) > 0;
}
