using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>
/// Keeps what is known of letters in line with the letters: takes in those that other programs wrote, and gives each
/// that is gone its tombstone. Each of its writes is right whatever happens meanwhile, so it may run at any time, and in
/// several processes at once.
/// </summary>
public sealed class LetterReconciler(RedisConnection redis, TimeProvider clock)
{
    static readonly TimeSpan ReconcileLimit = TimeSpan.FromMinutes(2);
    static readonly TimeSpan SweepLimit = TimeSpan.FromSeconds(30);

    /// <summary>How long the change feed remembers.</summary>
    static readonly TimeSpan FeedLife = TimeSpan.FromHours(1);

    /// <summary>Two clocks and a call under way: times that differ by no more are the same.</summary>
    static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    long? evictedBefore;

    /// <summary>Looks at every letter and every entry.</summary>
    public Task<Either<StoreFailure, Reconciliation>> ReconcileAsync() =>
        redis.RunAsync(
            async db =>
            {
                var seen = await RedisLetterIndex.AddMissingAsync(db, clock.GetUtcNow());
                var evicting = await EvictsAsync(db);
                var ended = new List<Tombstone>();
                foreach (var category in await RedisLetterIndex.CategoriesAsync(db))
                {
                    await foreach (var page in RedisLetterIndex.PagesAsync(db, category))
                        ended.AddRange(await ReconcilePageAsync(db, category, page, evicting));
                    var old = (clock.GetUtcNow() - FeedLife).ToUnixTimeMilliseconds();
                    await db.SortedSetRemoveRangeByScoreAsync(LetterKeys.Changed(category), double.NegativeInfinity, old);
                }

                await RedisTombstones.TrimAsync(db, clock.GetUtcNow());
                return seen with { Removed = ended.Count, Ended = ended };
            },
            ReconcileLimit);

    /// <summary>Looks for letters that are in no index: other programs write such.</summary>
    public Task<Either<StoreFailure, Reconciliation>> IndexForeignAsync() =>
        redis.RunAsync(db => RedisLetterIndex.AddMissingAsync(db, clock.GetUtcNow()), ReconcileLimit);

    /// <summary>Looks at letters whose time should be over by now; cheap where there are none.</summary>
    /// <returns>The tombstones that were written.</returns>
    public Task<Either<StoreFailure, IReadOnlyList<Tombstone>>> SweepAsync() =>
        redis.RunAsync<IReadOnlyList<Tombstone>>(
            async db =>
            {
                var ended = new List<Tombstone>();
                foreach (var category in await RedisLetterIndex.CategoriesAsync(db))
                {
                    ended.AddRange(await SweepAsync(db, category, LetterKeys.Expiry(category), ReconcileExpectedAsync));
                    ended.AddRange(await SweepAsync(db, category, LetterKeys.Undo(category), WriteDiscardedTombstonesAsync));
                }

                return ended;
            },
            SweepLimit);

    async Task<List<Tombstone>> SweepAsync(
        IDatabase db, Category category, string due,
        Func<IDatabase, Category, IReadOnlyList<IndexEntry>, Task<IReadOnlyList<Tombstone>>> mend)
    {
        var ended = new List<Tombstone>();
        while (true)
        {
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            var page = await db.SortedSetRangeByScoreWithScoresAsync(due, stop: now, take: RedisLetterIndex.ChunkSize);
            if (page.Length == 0) return ended;
            var mended = await mend(db, category, [.. page.Select(e => RedisLetterIndex.EntryOf(category, e))]);
            ended.AddRange(mended);
            if (mended.Count == 0 || page.Length < RedisLetterIndex.ChunkSize) return ended;
        }
    }

    async Task<IReadOnlyList<Tombstone>> ReconcileExpectedAsync(IDatabase db, Category category, IReadOnlyList<IndexEntry> due)
    {
        var failed = await RedisLetterIndex.ScoresAsync(db, LetterKeys.Index(category), [.. due.Select(e => e.Member)]);
        return await ReconcilePageAsync(
            db, category, [.. due.Select((e, i) => e with { FailedAtMs = failed[i] ?? e.FailedAtMs })], evicting: false);
    }

    async Task<IReadOnlyList<Tombstone>> WriteDiscardedTombstonesAsync(IDatabase db, Category category, IReadOnlyList<IndexEntry> due)
    {
        var there = await Task.WhenAll(due.Select(e => db.KeyExistsAsync(LetterKeys.Discarded(e.Key))));
        var gone = due.Where((_, i) => !there[i]).ToList();
        var kept = await LetterTraces.ReadAsync(db, category, gone);
        return await RedisTombstones.WriteTombstonesAsync(db, kept, _ => LetterEnd.Discarded, clock.GetUtcNow());
    }

    async Task<IReadOnlyList<Tombstone>> ReconcilePageAsync(IDatabase db, Category category, IReadOnlyList<IndexEntry> page, bool evicting)
    {
        var traces = await LetterTraces.ReadAsync(db, category, page);
        var left = await Task.WhenAll(page.Select(e => db.ExecuteAsync("PTTL", (RedisKey)e.Key.Format())));
        var now = clock.GetUtcNow();
        var seen = traces.Select((trace, i) => (Trace: trace, Left: (long)left[i])).ToList();
        await LetterTraces.CorrectAsync(db, [.. seen.Where(s => s.Left != LetterTraces.NoSuchKey)], now, Tolerance);
        var gone = await StillIndexedAsync(db, category, [.. seen.Where(s => s.Left == LetterTraces.NoSuchKey).Select(s => s.Trace)]);
        return await RedisTombstones.WriteTombstonesAsync(
            db, gone,
            trace => trace.ExpectedAt <= now + Tolerance ? LetterEnd.Expired : evicting ? LetterEnd.Evicted : LetterEnd.Removed,
            now);
    }

    /// <summary>
    /// One without a summary is an older build's letter, or was delivered since its entry was read: then the entry is
    /// gone by now.
    /// </summary>
    static async Task<IReadOnlyList<LetterTrace>> StillIndexedAsync(IDatabase db, Category category, IReadOnlyList<LetterTrace> gone)
    {
        var bare = gone.Where(t => t.SummaryText is null).ToList();
        if (bare.Count == 0) return gone;
        var scores = await RedisLetterIndex.ScoresAsync(db, LetterKeys.Index(category), [.. bare.Select(t => t.Entry.Member)]);
        var delivered = bare.Where((_, i) => scores[i] is null).ToHashSet();
        return [.. gone.Where(t => !delivered.Contains(t))];
    }

    /// <summary>Whether Redis evicted keys since this was last asked.</summary>
    async Task<bool> EvictsAsync(IDatabase db)
    {
        var evicted = await RedisInfo.EvictedKeysAsync(db);
        var more = evicted > (evictedBefore ?? 0);
        evictedBefore = evicted;
        return more;
    }
}
