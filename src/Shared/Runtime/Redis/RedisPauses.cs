using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Polling;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>Keeps which pollers are paused, by whom and since when, in the hash <c>dlqx:paused</c>, without expiry.</summary>
public sealed class RedisPauses(RedisConnection redis)
{
    const string Key = "dlqx:paused";

    public PausePort Port => new(LoadAsync, SetAsync);

    Task<Either<StoreFailure, IReadOnlyDictionary<string, PauseNote>>> LoadAsync() =>
        redis.RunAsync<IReadOnlyDictionary<string, PauseNote>>(async db =>
            (await db.HashGetAllAsync(Key)).ToDictionary(e => (string)e.Name!, e => PauseNote.Parse((string?)e.Value ?? "")));

    Task<Either<StoreFailure, Unit>> SetAsync(string poller, PauseNote? note) =>
        redis.RunAsync(async db =>
        {
            if (note is null) await db.HashDeleteAsync(Key, poller);
            else await db.HashSetAsync(Key, poller, note.Format());
            return Unit.Default;
        });
}
