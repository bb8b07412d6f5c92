using System.Diagnostics;
using System.Globalization;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <summary>Why the owner of a shard cannot go on as it is.</summary>
abstract record ShardProblem
{
    /// <summary>Another process owns it, or nobody does.</summary>
    public sealed record LeaseLost : ShardProblem;

    /// <summary>The consumer group, or the whole stream, is not there.</summary>
    public sealed record NoGroup : ShardProblem;

    /// <summary>Redis did not do it, or did and could not say so.</summary>
    public sealed record Away(StoreFailure Failure) : ShardProblem;
}

/// <param name="LostUnread">Entries that others trimmed away before they were read, since the last look.</param>
/// <param name="Before">The group's position before this read; of a slice the bell's.</param>
/// <param name="IsFull">So many entries are dealt out and not done that none was read.</param>
sealed record EntriesRead(long LostUnread, IReadOnlyList<StreamEntry> Entries, EntryId Before, bool IsFull)
{
    /// <summary>Of a stream; null of a slice.</summary>
    public StreamSeen? Seen { get; init; }

    /// <summary>What was gone since the look before; null where nothing was.</summary>
    public StreamGap? Gap { get; init; }
}

/// <param name="Lag">Null where Redis does not know.</param>
sealed record GroupState(GroupPosition Position, long Pending, long? Lag);

/// <summary>Everything that the owner of a shard does in Redis; each step first asks whether it still is the owner.</summary>
/// <param name="holder">The owner's text in the lease, with its fencing number.</param>
sealed class ShardStore(RedisConnection redis, RouterSettings settings, ShardStream shard, string process, string holder)
{
    readonly string stream = shard.Key;

    /// <summary>That has in hand what the owner works on: of a slice its own, whoever owns it.</summary>
    public string Consumer { get; } =
        shard.Part is StreamPart.Slice(var number) ? RouterKeys.ShardConsumer(number) : RouterKeys.ConsumerPrefix + process;

    RedisKey[] Keys(params RedisKey[] more) => [RouterKeys.Lease(shard.Name), stream, .. more];

    public Task<Either<ShardProblem, Unit>> EnsureGroupAsync() =>
        RunAsync(RedisScript.Group, Keys(RouterKeys.Facts(stream)), [holder, settings.Group], _ => Unit.Default);

    /// <param name="pendingLimit">Nothing is read while so many entries are pending; 0 only looks.</param>
    public Task<Either<ShardProblem, EntriesRead>> ReadAsync(int count, long pendingLimit = long.MaxValue) =>
        RunAsync(RedisScript.Read, Keys(RouterKeys.Facts(stream)), [holder, settings.Group, Consumer, count, pendingLimit], reply =>
            new EntriesRead(
                (long)reply[1], EntryReading.Entries(stream, reply[2]), EntryId.Parse((string?)reply[3])!.Value, (int)reply[4] == 1)
            {
                Seen = StreamSeen.Parse((string)reply[5]!),
                Gap = (string?)reply[6] switch
                {
                    "" => null,
                    "group" => new StreamGap.Group(),
                    "stream" => new StreamGap.Stream(StreamSeen.Parse((string)reply[7]!)),
                    var other => throw new UnreachableException($"a script answered {other}"),
                },
            });

    /// <summary>How often the group was made: another number is another group.</summary>
    public async Task<Either<ShardProblem, long>> GroupNumberAsync()
    {
        var asked = await redis.RunAsync(db => db.HashGetAsync(RouterKeys.Facts(stream), "made"));
        return Checked(asked, made => made).Bind<long>(made => made.IsNull ? new ShardProblem.NoGroup() : (long)made);
    }

    /// <summary>What was dealt out to this slice after an entry.</summary>
    public Task<Either<ShardProblem, EntriesRead>> NextAsync(EntryId after, int count, long groupNumber) =>
        RunAsync(
            RedisScript.Next, Keys(RouterKeys.Bell(shard.Name), RouterKeys.Facts(stream)),
            [holder, settings.Group, Consumer, count, after.ToString(), groupNumber], reply => new EntriesRead(
                (long)reply[1], EntryReading.Entries(stream, reply[2]), EntryId.Parse((string?)reply[3])!.Value, IsFull: false));

    /// <summary>Gives entries to the slices' consumers.</summary>
    /// <param name="entries">With the shard, and the delivery count that each begins with.</param>
    /// <returns>How many are still in the stream.</returns>
    public Task<Either<ShardProblem, long>> DealAsync(IReadOnlyList<(EntryId Id, int Shard, long Deliveries)> entries) =>
        RunAsync(
            RedisScript.Deal,
            Keys([.. Enumerable.Range(0, shard.Shards).Select(n =>
                (RedisKey)RouterKeys.Bell((shard with { Part = new StreamPart.Slice(n) }).Name))]),
            [holder, settings.Group, RouterKeys.ShardConsumerPrefix,
                .. entries.SelectMany(e => (RedisValue[])[e.Id.ToString(), e.Shard, e.Deliveries])],
            reply => (long)reply[1]);

    /// <summary>One page of what is delivered and not acknowledged, whoever has it; of a slice what its own consumer has.</summary>
    public async Task<Either<ShardProblem, IReadOnlyList<PendingItem>>> PendingAsync(EntryId after, int count)
    {
        var asked = await redis.RunAsync(db => db.ExecuteAsync(
            "XPENDING",
            [stream, settings.Group, after == EntryId.Zero ? "-" : $"({after}", "+", count,
                .. shard.Part is StreamPart.Slice ? (object[])[Consumer] : []]));
        return Checked(asked, reply => (IReadOnlyList<PendingItem>)[.. ((RedisResult[])reply!).Select(Pending)]);
    }

    /// <returns>Those that are still in the stream.</returns>
    public Task<Either<ShardProblem, IReadOnlyList<StreamEntry>>> ClaimAsync(IReadOnlyList<(EntryId Id, long Deliveries)> items) =>
        RunAsync(
            RedisScript.Claim, Keys(),
            [holder, settings.Group, Consumer, .. items.SelectMany(i => (RedisValue[])[i.Id.ToString(), i.Deliveries])],
            reply => EntryReading.Entries(stream, reply[1]));

    /// <returns>Those that are still in the stream; it changes nothing about them.</returns>
    public async Task<Either<ShardProblem, IReadOnlyList<StreamEntry>>> EntriesAsync(IReadOnlyList<EntryId> ids)
    {
        var asked = await redis.RunAsync(db =>
            Task.WhenAll(ids.Select(id => db.ExecuteAsync("XRANGE", stream, id.ToString(), id.ToString()))));
        return Checked(asked, replies => (IReadOnlyList<StreamEntry>)[.. replies.SelectMany(r => EntryReading.Entries(stream, r))]);
    }

    /// <summary>The fields that decisions have to know, as they are now.</summary>
    public async Task<Either<ShardProblem, StateView>> StateAsync(IReadOnlyList<StateRead> reads)
    {
        if (reads.Count == 0) return new StateView(new Dictionary<StateRead, string?>());
        var wanted = reads.Distinct().GroupBy(r => r.Key).ToArray();
        var asked = await redis.RunAsync(db =>
            Task.WhenAll(wanted.Select(key => FieldsAsync(db, key.Key, [.. key.Select(r => (RedisValue)r.Field)]))));
        return Checked(asked, replies => new StateView(wanted
            .SelectMany((key, i) => key.Select((read, j) => (Read: read, Value: (string?)replies[i][j])))
            .ToDictionary(f => f.Read, f => f.Value)));
    }

    /// <summary>A key of another type has no fields: the atomic step refuses the one entry for it, and not the whole batch here.</summary>
    static async Task<RedisValue[]> FieldsAsync(IDatabase db, StateKey key, RedisValue[] fields)
    {
        try
        {
            return await db.HashGetAsync(key.ToString(), fields);
        }
        catch (RedisServerException refused) when (refused.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return new RedisValue[fields.Length];
        }
    }

    public async Task<Either<ShardProblem, IReadOnlyList<Applied>>> ApplyAsync(IReadOnlyList<Application> entries)
    {
        var call = new ApplyCall(shard, holder, settings.Group, entries, settings.LifeOf);
        var asked = await redis.RunAsync(async db => ApplyCall.Answers(await RedisScript.Apply.RunAsync(db, call.Keys, call.Arguments)));
        return Checked(asked, answers => answers).Bind(answers => answers.ToEither<ShardProblem>(new ShardProblem.LeaseLost()));
    }

    /// <summary>Before the entry's dead letter is stored.</summary>
    /// <returns>False where it was settled before: it needs no letter.</returns>
    public async Task<Either<ShardProblem, bool>> DoomAsync(EntryId id, DateTimeOffset now) =>
        (await SettleAsync("doom", id, now)).Map(answer => answer == "ok");

    /// <summary>After the entry's dead letter was stored.</summary>
    public async Task<Either<ShardProblem, Unit>> BuryAsync(EntryId id, DateTimeOffset now) =>
        (await SettleAsync("bury", id, now)).Map(_ => Unit.Default);

    /// <summary>Of a replay, where a person says that the entry was not applied.</summary>
    public async Task<Either<ShardProblem, Unit>> WaitAsync(EntryId id, DateTimeOffset now) => Checked(
        await redis.RunAsync(db => db.HashSetAsync(RouterKeys.Waiting(stream), id.ToString(), now.ToUnixTimeMilliseconds())),
        _ => Unit.Default);

    async Task<Either<ShardProblem, string?>> SettleAsync(string step, EntryId id, DateTimeOffset now)
    {
        var asked = await redis.RunAsync(db => RedisScript.Bury.RunAsync(
            db, Keys(RouterKeys.Settled(stream), RouterKeys.Waiting(stream)),
            [holder, settings.Group, id.ToString(), now.ToUnixTimeMilliseconds(), step]));
        return Checked(asked, reply => (string?)reply).Bind<string?>(answer => answer == "lost" ? new ShardProblem.LeaseLost() : answer);
    }

    /// <summary>All groups of the stream, others' too.</summary>
    public async Task<Either<ShardProblem, IReadOnlyList<GroupState>>> GroupsAsync()
    {
        var asked = await redis.RunAsync<IReadOnlyList<GroupState>>(async db =>
        {
            var groups = ((RedisResult[])(await db.ExecuteAsync("XINFO", "GROUPS", stream))!).Select(g => g.ToDictionary()).ToArray();
            var pending = await Task.WhenAll(groups.Select(g => db.ExecuteAsync("XPENDING", stream, (string)g["name"]!)));
            return [.. groups.Select((group, i) => Group(group, (RedisResult[])pending[i]!))];
        });
        return Checked(asked, groups => groups);
    }

    /// <param name="keep">The first id to keep; null trims nothing. What a group still needs is kept whatever it says.</param>
    /// <returns>How many entries are gone, and of how many the memory.</returns>
    public Task<Either<ShardProblem, (long Trimmed, long Forgotten)>> TrimAsync(EntryId? keep) =>
        RunAsync(
            RedisScript.Trim, Keys(RouterKeys.Settled(stream)), [holder, keep?.ToString() ?? ""],
            reply => ((long)reply[1], (long)reply[2]));

    async Task<Either<ShardProblem, T>> RunAsync<T>(
        RedisScript script, RedisKey[] keys, RedisValue[] arguments, Func<RedisResult[], T> read)
    {
        var asked = await redis.RunAsync(async db => (RedisResult[])(await script.RunAsync(db, keys, arguments))!);
        return Checked(asked, reply => reply).Bind<T>(reply => (string?)reply[0] switch
        {
            "lost" => new ShardProblem.LeaseLost(),
            "nogroup" => new ShardProblem.NoGroup(),
            "ok" => read(reply),
            var other => throw new UnreachableException($"a script answered {other}"),
        });
    }

    static Either<ShardProblem, T> Checked<TReply, T>(Either<StoreFailure, TReply> asked, Func<TReply, T> read) =>
        asked.Map(read).MapLeft<ShardProblem>(failure =>
            failure.Message.Contains("NOGROUP", StringComparison.Ordinal) ? new ShardProblem.NoGroup() : new ShardProblem.Away(failure));

    /// <param name="pending">Count, first and last id, and consumers.</param>
    static GroupState Group(Dictionary<string, RedisResult> group, RedisResult[] pending) => new(
        new GroupPosition((string)group["name"]!, EntryId.Parse((string?)group["last-delivered-id"])!.Value,
            EntryId.Parse((string?)pending[1])),
        (long)group["pending"], group.TryGetValue("lag", out var lag) && !lag.IsNull ? (long)lag : null);

    static PendingItem Pending(RedisResult reply)
    {
        var parts = (RedisResult[])reply!;
        return new PendingItem(
            EntryId.Parse((string?)parts[0])!.Value, (string)parts[1]!,
            TimeSpan.FromMilliseconds(long.Parse((string)parts[2]!, CultureInfo.InvariantCulture)), (long)parts[3]);
    }
}
