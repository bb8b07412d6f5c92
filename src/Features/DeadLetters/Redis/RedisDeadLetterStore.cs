using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>
/// The dead letters in Redis (6.2 or later, one node). Payload, record, index and summary of a letter are written in
/// one step, on the guard that the record is still the one that was read. A letter is there exactly while
/// its payload's key is: letters expire and other programs write and delete, so the index may lag behind until
/// <see cref="LetterReconciler.ReconcileAsync"/>.
/// </summary>
public sealed class RedisDeadLetterStore(RedisConnection redis, TimeProvider clock)
{
    static readonly TimeSpan ListLimit = TimeSpan.FromSeconds(10);

    public LetterPort Port => new(SaveAsync, FindExistingAsync, DropAsync, NoteRowFailedAsync)
    {
        // One that is restored between the first two is met by the last.
        FindKept = keys => FindAsync(keys, [key => key.Format(), LetterKeys.Discarded, key => key.Format()]),
        FindClaimed = FindClaimedAsync,
        List = category => ListAsync($"{DeadLetterKey.Prefix}{category.Name}:"),
        Payload = async key => (await GetAsync(key)).Map(found =>
            found is LetterLookup.Found(var letter) ? letter.Payload : Option<ReadOnlyMemory<byte>>.None),
    };

    public Task<Either<StoreFailure, Unit>> SaveAsync(DeadLetter letter) =>
        ChangeAsync(letter.Key, seen => (Unit.Default, DeadLetterDecisions.PlanSave(seen.OnFile, letter) switch
        {
            SaveDecision.Write(var record, var life) => LetterChanges.OfSave(letter, record, life, clock.GetUtcNow()),
            SaveDecision.Nothing => null,
            var other => throw new UnreachableException($"no write for {other}"),
        }));

    public Task<Either<StoreFailure, Unit>> NoteRowFailedAsync(DeadLetterKey key) =>
        UpdateAsync(key, record => record with { Row = RowState.Failed });

    /// <summary>
    /// Changes a letter's record and nothing else, its time left included. Where there is no letter, or none with a
    /// readable record, nothing happens. The change may be computed more than once.
    /// </summary>
    public Task<Either<StoreFailure, Unit>> UpdateAsync(DeadLetterKey key, Func<LetterRecord, LetterRecord> change) =>
        ChangeAsync(key, seen => (
            Unit.Default,
            seen is { Exists: true, Known: { } record } && change(record) is var changed && changed != record
                ? LetterChanges.OfRecord(key, changed, clock.GetUtcNow())
                : null));

    /// <summary>Changes a letter's payload as the plan says.</summary>
    public Task<Either<StoreFailure, EditPlan>> EditAsync(DeadLetterKey key, Func<LetterSnapshot, EditPlan> decide) =>
        ChangeAsync(key, seen =>
        {
            var plan = decide(seen);
            return (plan, plan is EditPlan.Write write ? LetterChanges.OfEdit(key, write, clock.GetUtcNow()) : null);
        });

    /// <summary>What an order would do, now.</summary>
    public Task<Either<StoreFailure, LetterPlan>> PlanAsync(DeadLetterKey key, LetterCommand order) =>
        ChangeAsync(key, seen => (LetterActions.Plan(order, seen, clock.GetUtcNow()), (GuardedWrite?)null));

    /// <summary>Holds, extends, releases, discards or restores a letter; the answer says what became of it.</summary>
    public Task<Either<StoreFailure, LetterPlan>> ActAsync(DeadLetterKey key, LetterCommand order) =>
        ChangeAsync(key, seen =>
        {
            var plan = LetterActions.Plan(order, seen, clock.GetUtcNow());
            return (plan, plan is LetterPlan.Write write ? LetterChanges.OfAction(key, order.Action, write, clock.GetUtcNow()) : null);
        });

    public async Task<Either<StoreFailure, Unit>> DropAsync(DeadLetterKey key)
    {
        var dropped = await redis.CommitAsync(new GuardedWrite([.. LetterWrites.Forget(key, clock.GetUtcNow())]));
        return dropped.Map(_ => Unit.Default);
    }

    /// <summary>Asks for the payloads' keys, which no other program's habits can make untrue.</summary>
    public Task<Either<StoreFailure, IReadOnlySet<DeadLetterKey>>> FindExistingAsync(IReadOnlyList<DeadLetterKey> keys) =>
        FindAsync(keys, [key => key.Format()]);

    /// <summary>Those whose replay is under way: a claim that was left behind is none of these.</summary>
    public Task<Either<StoreFailure, IReadOnlySet<DeadLetterKey>>> FindClaimedAsync(IReadOnlyList<DeadLetterKey> keys) =>
        redis.RunAsync<IReadOnlySet<DeadLetterKey>>(async db =>
        {
            var claimed = new System.Collections.Generic.HashSet<DeadLetterKey>();
            foreach (var chunk in keys.Distinct().Chunk(RedisLetterIndex.ChunkSize))
            {
                var records = chunk.Select(key => db.StringGetAsync(LetterKeys.Record(key))).ToArray();
                foreach (var (key, record) in chunk.Zip(records))
                {
                    if (await RedisReading.RecordAsync(record) is RecordReading.Readable(var read)
                        && read.Claim?.IsHeld(clock.GetUtcNow()) is true)
                        claimed.Add(key);
                }
            }

            return claimed;
        });

    public Task<Either<StoreFailure, LetterLookup>> GetAsync(DeadLetterKey key) => GetAsync(key, key.Format());

    /// <summary>A letter that was put aside and can still be restored.</summary>
    public Task<Either<StoreFailure, LetterLookup>> GetDiscardedAsync(DeadLetterKey key) => GetAsync(key, LetterKeys.Discarded(key));

    /// <param name="places">Where a letter of a key may be.</param>
    Task<Either<StoreFailure, IReadOnlySet<DeadLetterKey>>> FindAsync(
        IReadOnlyList<DeadLetterKey> keys, IReadOnlyList<Func<DeadLetterKey, string>> places) =>
        redis.RunAsync<IReadOnlySet<DeadLetterKey>>(async db =>
        {
            var found = new System.Collections.Generic.HashSet<DeadLetterKey>();
            foreach (var chunk in keys.Distinct().Chunk(RedisLetterIndex.ChunkSize))
                foreach (var place in places) found.UnionWith(await RedisLetterIndex.ThoseThereAsync(db, chunk, place));
            return found;
        });

    Task<Either<StoreFailure, LetterLookup>> GetAsync(DeadLetterKey key, string place) =>
        redis.RunAsync<LetterLookup>(async db =>
        {
            var transaction = db.CreateTransaction();
            var payload = transaction.StringGetAsync(place);
            var record = transaction.StringGetAsync(LetterKeys.Record(key));
            var left = transaction.KeyTimeToLiveAsync(place);
            await transaction.ExecuteAsync();
            if (await RedisReading.IsOfAnotherTypeAsync(payload))
                return new LetterLookup.Unreadable(key, RedisReading.OtherType);
            if ((byte[]?)await payload is not { } bytes) return new LetterLookup.Missing();
            return new LetterLookup.Found(new StoredLetter(key, bytes, await RedisReading.RecordAsync(record), await left));
        });

    /// <summary>The payload that failed, of a letter that was edited.</summary>
    public async Task<Either<StoreFailure, Option<ReadOnlyMemory<byte>>>> OriginalAsync(DeadLetterKey key) =>
        (await redis.RunAsync(db => db.StringGetAsync(LetterKeys.Original(key)))).Map(value => value.IsNull
            ? Option<ReadOnlyMemory<byte>>.None
            : Option<ReadOnlyMemory<byte>>.Some((byte[])value!));

    /// <summary>Null for those that are gone, or are no strings.</summary>
    public Task<Either<StoreFailure, IReadOnlyList<ReadOnlyMemory<byte>?>>> PayloadsAsync(IReadOnlyList<DeadLetterKey> keys) =>
        redis.RunAsync<IReadOnlyList<ReadOnlyMemory<byte>?>>(
            async db =>
            {
                if (keys.Count == 0) return [];
                var values = await db.StringGetAsync([.. keys.Select(k => (RedisKey)k.Format())]);
                return [.. values.Select(v => (byte[]?)v is { } bytes ? bytes : (ReadOnlyMemory<byte>?)null)];
            },
            ListLimit);

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
                        listed.AddRange(await RedisLetterIndex.ThoseThereAsync(db, [.. asked], e => e.Key.Format()));
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

    /// <summary>Read, decide, write; again where the letter was changed by another in between.</summary>
    /// <param name="decide">What to answer, and what to write, if anything. May be asked more than once.</param>
    internal Task<Either<StoreFailure, T>> ChangeAsync<T>(
        DeadLetterKey key, Func<LetterSnapshot, (T Answer, GuardedWrite? Write)> decide)
        where T : notnull =>
        redis.CompareAndWriteAsync(
            $"{key}", db => SeeAsync(db, key),
            seen => decide(seen.Letter) is var (answer, write) && write is not null
                ? (answer, write with { Guards = [seen.Unchanged, .. write.Guards] })
                : (answer, null));

    static async Task<(LetterSnapshot Letter, Guard Unchanged)> SeeAsync(IDatabase db, DeadLetterKey key)
    {
        var recordKey = LetterKeys.Record(key);
        var transaction = db.CreateTransaction();
        var exists = transaction.KeyExistsAsync(key.Format());
        var aside = transaction.KeyExistsAsync(LetterKeys.Discarded(key));
        var left = transaction.KeyTimeToLiveAsync(key.Format());
        var record = transaction.StringGetAsync(recordKey);
        var summary = transaction.HashGetAsync(LetterKeys.Summaries(key.Category), key.Id);
        await transaction.ExecuteAsync();
        var unchanged =
            await RedisReading.IsOfAnotherTypeAsync(record) ? Guard.Exists(recordKey)
            : Guard.Unchanged(recordKey, await record);
        var known = (byte[]?)await summary is { } text ? LetterSummary.Parse(text) : null;
        return (new LetterSnapshot(await exists, await aside, await RedisReading.RecordAsync(record), known, await left), unchanged);
    }
}
