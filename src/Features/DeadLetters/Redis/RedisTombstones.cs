using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>Which tombstones are wanted; what is null is any.</summary>
public sealed record TombstoneFilter(Category? Category = null, LetterEnd? Why = null, DeadLetterKey? Key = null)
{
    readonly string? key = Key?.Format();

    public bool Takes(Tombstone stone) =>
        (key is null || stone.Key == key)
        && (Category is not { } category || stone.Category == category.Name)
        && (Why is not { } why || stone.Why == why);
}

/// <param name="Next">Where older ones go on; null at the end.</param>
public sealed record TombstonePage(IReadOnlyList<Tombstone> Tombstones, string? Next);

/// <summary>The tombstones, in one stream; kept for <see cref="Life"/>.</summary>
public sealed class RedisTombstones(RedisConnection redis)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(90);

    /// <summary>Entries that one request may look through; the answer's cursor goes on from there.</summary>
    const int ScanLimit = 20 * StreamPage.SizeLimit;

    /// <summary>The newest first.</summary>
    /// <param name="cursor">A page's <see cref="TombstonePage.Next"/>; null for the newest.</param>
    public Task<Either<StoreFailure, TombstonePage>> PageAsync(TombstoneFilter filter, int limit, StreamCursor? cursor) =>
        redis.RunAsync(
            async db =>
            {
                var (found, next) = await StreamPage.SelectAsync(
                    db, LetterKeys.Tombstones, cursor, limit, ScanLimit,
                    text => Tombstone.Parse(text) is { } stone && filter.Takes(stone) ? stone : null);
                return new TombstonePage(found, next);
            },
            TimeSpan.FromSeconds(10));

    /// <summary>How many ended how since then: the counts, and whether older ones than the newest few thousand were left out.</summary>
    public Task<Either<StoreFailure, (IReadOnlyDictionary<LetterEnd, int> Counts, bool More)>> CountAsync(DateTimeOffset since) =>
        redis.RunAsync<(IReadOnlyDictionary<LetterEnd, int>, bool)>(
            async db =>
            {
                var entries = await db.StreamRangeAsync(
                    LetterKeys.Tombstones, minId: since.ToUnixTimeMilliseconds(), count: ScanLimit + 1, messageOrder: Order.Descending);
                var stones = entries.Take(ScanLimit).Select(e => Tombstone.Parse((byte[]?)e["t"])).OfType<Tombstone>();
                return (stones.CountBy(s => s.Why).ToDictionary(), entries.Length > ScanLimit);
            },
            TimeSpan.FromSeconds(10));

    /// <summary>The newest of one letter; none where there is none among the last ones.</summary>
    public async Task<Either<StoreFailure, Option<Tombstone>>> FindAsync(DeadLetterKey key) =>
        (await PageAsync(new TombstoneFilter(Key: key), limit: 1, cursor: null))
            .Map(page => page.Tombstones is [var newest, ..] ? Option<Tombstone>.Some(newest) : Option<Tombstone>.None);

    /// <summary>
    /// Writes a tombstone for each letter that is gone and takes out its traces, in one step, provided that nothing of
    /// it has changed since: a letter that was delivered leaves no traces and gets no tombstone.
    /// </summary>
    internal static async Task<IReadOnlyList<Tombstone>> WriteTombstonesAsync(
        IDatabase db, IReadOnlyList<LetterTrace> gone, Func<LetterTrace, LetterEnd> why, DateTimeOffset now)
    {
        var stones = gone.Select(t => (Trace: t, Stone: Tombstone.Of(t.Entry.Key, t.Summary, why(t), t.ExpectedAt, now))).ToList();
        var buried = await GuardedBatch.WriteAsync(
            db, stones,
            item => new GuardedWrite(
            [
                RedisCommand.Append(LetterKeys.Tombstones, "t", item.Stone.Format()),
                .. LetterWrites.Forget(item.Trace.Entry.Key, now),
                RedisCommand.Unrank(LetterKeys.Index(item.Trace.Entry.Key.Category), item.Trace.Entry.Member),
            ],
            Guard.Missing(item.Trace.Entry.Key.Format()),
            Guard.Missing(LetterKeys.Discarded(item.Trace.Entry.Key)),
            Unchanged(item.Trace)));
        return [.. buried.Select(b => b.Stone)];
    }

    internal static Task TrimAsync(IDatabase db, DateTimeOffset now) =>
        db.ExecuteAsync("XTRIM", (RedisKey)LetterKeys.Tombstones, "MINID", "~", (now - Life).ToUnixTimeMilliseconds());

    static Guard Unchanged(LetterTrace trace)
    {
        var summaries = LetterKeys.Summaries(trace.Entry.Key.Category);
        return trace.SummaryText is { } text
            ? Guard.FieldEqual(summaries, trace.Entry.Member, text)
            : Guard.NoField(summaries, trace.Entry.Member);
    }
}
