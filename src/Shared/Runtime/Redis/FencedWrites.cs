using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// Writes of a flow's holder: each on the condition, checked by Redis in the same step, that the flow is still its own. A
/// process that was cut off or frozen, and does not know yet that another took over, can write nothing.
/// </summary>
static class FencedWrites
{
    /// <summary>A renewal in between ends a write too, and says nothing against it.</summary>
    const int RoundLimit = 5;

    public static async Task<Either<StoreFailure, Unit>> WriteAsync(
        this RedisConnection redis, FlowLease lease, Func<ITransaction, IReadOnlyList<Task>> queue)
    {
        var key = RedisLeases.Key(lease.Flow);
        for (var round = 0; round < RoundLimit; round++)
        {
            if (lease.Holding is not { } text) return new StoreFailure($"the flow '{lease.Flow}' is not this process's");
            var wrote = await redis.RunAsync(db =>
            {
                var transaction = db.CreateTransaction();
                transaction.AddCondition(Condition.StringEqual(key, text));
                return transaction.CommitAsync(queue(transaction));
            });
            if (!wrote.Succeeded(out var committed, out var failure)) return failure;
            if (committed) return Unit.Default;
            if (!(await redis.RunAsync(db => db.StringGetAsync(key))).Succeeded(out var now, out failure)) return failure;
            if (now == text) continue;
            var reason = now.IsNull ? "nobody has it" : $"{LeaseHolder.Parse(now!)?.Name ?? "a process of another build"} has it";
            lease.Lose(text, reason);
            return new StoreFailure($"the flow '{lease.Flow}' is not this process's any more: {reason}");
        }

        return new StoreFailure($"the lease of '{lease.Flow}' changed {RoundLimit} times in a row while it was written under");
    }
}
