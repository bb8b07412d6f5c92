using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// Keeps who has each flow in a string of its own, <c>dlqx:lease:&lt;category&gt;</c>, which expires. Of a flow that is divided it says so
/// (<see cref="FlowDivision"/>), and each shard has a string beside it, <c>dlqx:lease:&lt;category&gt;:&lt;shards&gt;:&lt;number&gt;</c>.
/// </summary>
/// <param name="life">Of each lease, as all processes have it.</param>
public sealed class RedisLeases(RedisConnection redis, TimeSpan life)
{
    public LeasePort Of(FlowShard flow)
    {
        var key = Key(flow);
        if (!flow.IsWhole) return new RedisShardLease(redis, flow, new FlowDivision(flow.Count, life)).Port;
        return new LeasePort(
            () => ReadAsync(key), (seen, text, left) => WriteAsync(RedisCommand.Set(key, text, left), Guard.Unchanged(key, seen)),
            (text, left) => WriteAsync(RedisCommand.Live(key, left), Guard.Equal(key, text)),
            async text => (await WriteAsync(RedisCommand.Delete(key), Guard.Equal(key, text))).Map(_ => Unit.Default));
    }

    internal static string Key(FlowShard flow) =>
        flow.IsWhole ? WholeKey(flow.Category) : $"{WholeKey(flow.Category)}:{flow.Count.Value}:{flow.Number}";

    internal static string WholeKey(Category category) => $"dlqx:lease:{category.Name}";

    /// <summary>What must hold for a holder's write.</summary>
    /// <param name="text">What Redis has where the lease is still its own.</param>
    internal static Guard[] GuardsOf(FlowLease lease, string text)
    {
        var own = Guard.Equal(Key(lease.Flow), text);
        if (lease.Flow.IsWhole) return [own];
        return [own, Guard.Equal(WholeKey(lease.Flow.Category), new FlowDivision(lease.Flow.Count, lease.Times.Life).Format())];
    }

    async Task<Either<StoreFailure, Option<string>>> ReadAsync(string key) =>
        (await redis.RunAsync(db => db.StringGetAsync(key))).Map(value => value.IsNull ? Option<string>.None : (string)value!);

    async Task<Either<StoreFailure, bool>> WriteAsync(RedisCommand command, Guard guard) =>
        (await redis.CommitAsync(new GuardedWrite([command], guard))).Map(outcome => outcome is WriteOutcome.Written);
}
