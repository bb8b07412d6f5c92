using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <summary>Who owns what, as Redis has it.</summary>
/// <param name="Alive">The processes that live.</param>
/// <param name="Paused">The streams that an operator has paused.</param>
/// <param name="Epoch">Another one where Redis has lost all that it had.</param>
/// <param name="Holders">The lease's text of each part; empty where nobody has it.</param>
sealed record OwnershipSeen(IReadOnlyList<string> Alive, IReadOnlyList<string> Paused, string Epoch, IReadOnlyList<string> Holders)
{
    /// <summary>The process behind a lease's text; null for nobody.</summary>
    public static string? ProcessOf(string holder) =>
        holder.Length == 0 ? null : holder[(holder.IndexOf(' ', StringComparison.Ordinal) + 1)..];
}

/// <summary>The processes of one installation, their shards, and how many of those a domain has.</summary>
sealed class RouterRegistry(RedisConnection redis, string process, TimeSpan life)
{
    long LifeMs => (long)life.TotalMilliseconds;

    /// <summary>Says that this process lives, and renews what it holds.</summary>
    /// <param name="held">The lease's text by part, as this process has it; empty where it has none.</param>
    public Task<Either<StoreFailure, OwnershipSeen>> TickAsync(IReadOnlyList<(string Part, string Holder)> held) =>
        redis.RunAsync(async db =>
        {
            var reply = (RedisResult[])(await RedisScript.Tick.RunAsync(
                db,
                [RouterKeys.Processes, RouterKeys.Paused, RouterKeys.Epoch, .. held.Select(h => (RedisKey)RouterKeys.Lease(h.Part))],
                [process, LifeMs, .. held.Select(h => (RedisValue)h.Holder)]))!;
            return new OwnershipSeen(
                (string[])reply[0]!, (string[])reply[1]!, (string)reply[2]!, [.. reply.Skip(3).Select(r => (string?)r ?? "")]);
        });

    /// <returns>The lease's text; empty where another was faster.</returns>
    public Task<Either<StoreFailure, string>> TakeAsync(string part) =>
        redis.RunAsync(async db => (string?)await RedisScript.Take.RunAsync(
            db, [RouterKeys.Lease(part), RouterKeys.Fence(part)], [process, LifeMs]) ?? "");

    public Task<Either<StoreFailure, long>> ReleaseAsync(string part, string holder) =>
        redis.RunAsync(async db => (long)await RedisScript.Release.RunAsync(db, [RouterKeys.Lease(part)], [holder]));

    /// <summary>This process takes no more shards: the others need not wait for it.</summary>
    public Task<Either<StoreFailure, bool>> LeaveAsync() => redis.RunAsync(db => db.SortedSetRemoveAsync(RouterKeys.Processes, process));

    /// <summary>The number of shards of each domain: as first written, for all processes and producers the same.</summary>
    public Task<Either<StoreFailure, IReadOnlyDictionary<string, int>>> LayoutAsync(IReadOnlyDictionary<string, int> wished) =>
        redis.RunAsync<IReadOnlyDictionary<string, int>>(async db =>
        {
            await Task.WhenAll(wished.Select(w => db.HashSetAsync(RouterKeys.Layout, w.Key, w.Value, When.NotExists)));
            var kept = await db.HashGetAllAsync(RouterKeys.Layout);
            return kept.Where(k => wished.ContainsKey((string)k.Name!))
                .ToDictionary(k => (string)k.Name!, k => (int)k.Value, StringComparer.Ordinal);
        });

    /// <summary>Removes consumers that are gone and have nothing pending, checked in the same step.</summary>
    public Task<Either<StoreFailure, long>> TidyAsync(string stream, string group, TimeSpan idle, string spared) =>
        redis.RunAsync(async db => (long)await RedisScript.Tidy.RunAsync(db, [stream], [group, (long)idle.TotalMilliseconds, spared]));

    /// <summary>Counts entries that are gone, beside those that the stream's owner finds gone.</summary>
    public Task<Either<StoreFailure, long>> NoteLostAsync(string stream, long entries) =>
        redis.RunAsync(db => db.HashIncrementAsync(RouterKeys.Facts(stream), "lost", entries));

    /// <summary>Pauses a stream for every process, or lets it go on; each process follows with its next look.</summary>
    /// <param name="by">Kept beside it, for people.</param>
    public Task<Either<StoreFailure, bool>> SetPausedAsync(string stream, bool isPaused, string by) => redis.RunAsync(db => isPaused
        ? db.HashSetAsync(RouterKeys.Paused, stream, by, When.NotExists)
        : db.HashDeleteAsync(RouterKeys.Paused, stream));
}
