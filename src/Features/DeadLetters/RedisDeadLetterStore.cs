using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters;

/// <summary>
/// The dead letters in Redis (6.2 or later, one node). Payload, record and index of a letter are written in one
/// MULTI/EXEC, on the condition that the record is still the one that was read. A letter is there exactly while
/// its payload's key is: letters expire and other programs write and delete, so the index may lag behind until
/// <see cref="ReconcileAsync"/>. Scripts are not used: an account without the right to run them will do.
/// </summary>
public sealed class RedisDeadLetterStore(RedisConnection redis, TimeProvider clock)
{
    /// <summary>Rounds of reading and writing while others write the same letter.</summary>
    const int RoundLimit = 8;

    static readonly TimeSpan ListLimit = TimeSpan.FromSeconds(10);
    static readonly TimeSpan ReconcileLimit = TimeSpan.FromMinutes(2);

    public LetterPort Port => new(SaveAsync, FindExistingAsync, DropAsync, NoteRowFailedAsync);

    public Task<Either<StoreFailure, Unit>> SaveAsync(DeadLetter letter) =>
        ChangeAsync(letter.Key, seen => DeadLetterDecisions.PlanSave(seen, letter) switch
        {
            SaveDecision.Write(var record, var life) => transaction =>
            [
                transaction.StringSetAsync(letter.Key.Format(), letter.Payload.ToArray(), life, When.Always),
                transaction.StringSetAsync(
                    LetterKeys.Record(letter.Key), LetterRecordText.Format(record), life, When.Always),
                transaction.KeyDeleteAsync(LetterKeys.Original(letter.Key)),
                RedisLetterIndex.AddAsync(transaction, letter.Key, record.LastFailedAt),
            ],
            _ => null,
        });

    public Task<Either<StoreFailure, Unit>> NoteRowFailedAsync(DeadLetterKey key) =>
        UpdateAsync(key, record => record with { Row = RowState.Failed });

    /// <summary>
    /// Changes a letter's record and nothing else, its time left included. Where there is no letter, or none with a
    /// readable record, nothing happens. The change may be computed more than once.
    /// </summary>
    public Task<Either<StoreFailure, Unit>> UpdateAsync(DeadLetterKey key, Func<LetterRecord, LetterRecord> change) =>
        ChangeAsync(key, seen =>
        {
            if (seen?.Record is not RecordReading.Readable(var record)) return null;
            var changed = change(record);
            if (changed == record) return null;
            var text = LetterRecordText.Format(changed);
            return transaction =>
            [
                transaction.ExecuteAsync("SET", (RedisKey)LetterKeys.Record(key), text, "XX", "KEEPTTL"),
                RedisLetterIndex.AddAsync(transaction, key, changed.LastFailedAt),
            ];
        });

    public async Task<Either<StoreFailure, Unit>> DropAsync(DeadLetterKey key)
    {
        var dropped = await redis.RunAsync(db =>
        {
            var transaction = db.CreateTransaction();
            return transaction.CommitAsync(
                transaction.KeyDeleteAsync([key.Format(), LetterKeys.Record(key), LetterKeys.Original(key)]),
                transaction.SortedSetRemoveAsync(LetterKeys.Index(key.Category), key.Id));
        });
        return dropped.Map(_ => Unit.Default);
    }

    /// <summary>Asks for the payloads' keys, which no other program's habits can make untrue.</summary>
    public Task<Either<StoreFailure, IReadOnlySet<DeadLetterKey>>> FindExistingAsync(IReadOnlyList<DeadLetterKey> keys) =>
        redis.RunAsync<IReadOnlySet<DeadLetterKey>>(async db =>
        {
            var found = new System.Collections.Generic.HashSet<DeadLetterKey>();
            foreach (var chunk in keys.Distinct().Chunk(RedisLetterIndex.ChunkSize))
                found.UnionWith(await RedisLetterIndex.ThoseThereAsync(db, chunk, key => key));
            return found;
        });

    public Task<Either<StoreFailure, LetterLookup>> GetAsync(DeadLetterKey key) =>
        redis.RunAsync<LetterLookup>(async db =>
        {
            var transaction = db.CreateTransaction();
            var payload = transaction.StringGetAsync(key.Format());
            var record = transaction.StringGetAsync(LetterKeys.Record(key));
            var left = transaction.KeyTimeToLiveAsync(key.Format());
            await transaction.ExecuteAsync();
            if (await RedisReading.IsOfAnotherTypeAsync(payload))
                return new LetterLookup.Unreadable(key, "the key does not hold a string: another program uses it");
            if ((byte[]?)await payload is not { } bytes) return new LetterLookup.Missing();
            return new LetterLookup.Found(new StoredLetter(key, bytes, await RedisReading.RecordAsync(record), await left));
        });

    /// <summary>All letters whose key begins with the prefix, the oldest (last) failure first.</summary>
    public Task<Either<StoreFailure, IReadOnlyList<DeadLetterKey>>> ListAsync(string prefix) =>
        redis.RunAsync<IReadOnlyList<DeadLetterKey>>(
            async db =>
            {
                var listed = new List<IndexEntry>();
                foreach (var category in await RedisLetterIndex.CategoriesAsync(db))
                {
                    if (!DeadLetterDecisions.MayHold(category, prefix)) continue;
                    await foreach (var page in RedisLetterIndex.PagesAsync(db, category))
                    {
                        var asked = page.Where(e => e.Key.Format().StartsWith(prefix, StringComparison.Ordinal));
                        listed.AddRange(await RedisLetterIndex.ThoseThereAsync(db, [.. asked], e => e.Key));
                    }
                }

                return [.. listed.OrderBy(e => e.FailedAtMs).Select(e => e.Key)];
            },
            ListLimit);

    /// <summary>Letters by category, expired ones included until the index is next reconciled.</summary>
    public Task<Either<StoreFailure, IReadOnlyDictionary<Category, long>>> DepthAsync() =>
        redis.RunAsync<IReadOnlyDictionary<Category, long>>(async db =>
        {
            var categories = await RedisLetterIndex.CategoriesAsync(db);
            var depths = await Task.WhenAll(categories.Select(c => db.SortedSetLengthAsync(LetterKeys.Index(c))));
            return categories.Select((c, i) => (c, depths[i])).ToDictionary();
        });

    /// <summary>
    /// Brings the index into line with the letters. Each of its writes is right whatever happens meanwhile, so it
    /// may run at any time, and in several processes at once.
    /// </summary>
    public Task<Either<StoreFailure, Reconciliation>> ReconcileAsync() =>
        redis.RunAsync(
            async db =>
            {
                var seen = await RedisLetterIndex.AddMissingAsync(db, clock.GetUtcNow());
                foreach (var category in await RedisLetterIndex.CategoriesAsync(db))
                {
                    await foreach (var page in RedisLetterIndex.PagesAsync(db, category))
                        seen = seen with { Removed = seen.Removed + await RedisLetterIndex.RemoveHolesAsync(db, page) };
                }

                return seen;
            },
            ReconcileLimit);

    /// <summary>Read, decide, write; again where the record was changed by another in between.</summary>
    /// <param name="decide">What to queue on the transaction, or null for nothing.</param>
    internal async Task<Either<StoreFailure, Unit>> ChangeAsync(
        DeadLetterKey key, Func<LetterOnFile?, Func<ITransaction, IReadOnlyList<Task>>?> decide)
    {
        for (var round = 0; round < RoundLimit; round++)
        {
            var seen = await redis.RunAsync(db => SeeAsync(db, key));
            var settled = await seen.Match(
                Right: s => decide(s.OnFile) is { } queue
                    ? redis.RunAsync(db => WriteAsync(db, s.Unchanged, queue))
                    : Task.FromResult(Prelude.Right<StoreFailure, bool>(true)),
                Left: failure => Task.FromResult(Prelude.Left<StoreFailure, bool>(failure)));
            if (settled.IfLeft(true)) return settled.Map(_ => Unit.Default);
        }

        return new StoreFailure($"{key} was changed by others {RoundLimit} times in a row");
    }

    static async Task<(LetterOnFile? OnFile, Condition Unchanged)> SeeAsync(IDatabase db, DeadLetterKey key)
    {
        var recordKey = (RedisKey)LetterKeys.Record(key);
        var transaction = db.CreateTransaction();
        var exists = transaction.KeyExistsAsync(key.Format());
        var left = transaction.KeyTimeToLiveAsync(key.Format());
        var record = transaction.StringGetAsync(recordKey);
        await transaction.ExecuteAsync();
        var unchanged =
            await RedisReading.IsOfAnotherTypeAsync(record) ? Condition.KeyExists(recordKey)
            : (await record).IsNull ? Condition.KeyNotExists(recordKey)
            : Condition.StringEqual(recordKey, await record);
        return (await exists ? new LetterOnFile(await RedisReading.RecordAsync(record), await left) : null, unchanged);
    }

    static Task<bool> WriteAsync(IDatabase db, Condition unchanged, Func<ITransaction, IReadOnlyList<Task>> queue)
    {
        var transaction = db.CreateTransaction();
        transaction.AddCondition(unchanged);
        return transaction.CommitAsync(queue(transaction));
    }
}
