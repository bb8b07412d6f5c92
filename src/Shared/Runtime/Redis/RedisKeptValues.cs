using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// What a slice keeps for a while: a string for each name, <c>dlqx:&lt;space&gt;:&lt;name&gt;</c>, with a life of its own.
/// Only the flow's holder writes it.
/// </summary>
public sealed class RedisKeptValues(RedisConnection redis)
{
    /// <param name="space">Keeps the names of one slice from meeting those of another.</param>
    public KeptValuePort Of(string space, FlowLease lease) => new(
        name => GetAsync($"dlqx:{space}:{name}"),
        (name, bytes, life) => redis.WriteAsync(lease, RedisCommand.Set($"dlqx:{space}:{name}", bytes, life)));

    async Task<Either<StoreFailure, Option<ReadOnlyMemory<byte>>>> GetAsync(string key)
    {
        var read = await redis.RunAsync(db => db.StringGetAsync(key));
        return read.Map(value => value.IsNull
            ? Option<ReadOnlyMemory<byte>>.None
            : Option<ReadOnlyMemory<byte>>.Some((byte[])value!));
    }
}
