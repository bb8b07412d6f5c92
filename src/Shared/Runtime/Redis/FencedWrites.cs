using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// Writes of a flow's holder: each on the guard, checked by Redis in the same step, that the flow is still its own. A
/// process that was cut off or frozen, and does not know yet that another took over, can write nothing.
/// </summary>
static class FencedWrites
{
    public static async Task<Either<StoreFailure, Unit>> WriteAsync(
        this RedisConnection redis, FlowLease lease, params IReadOnlyList<RedisCommand> commands)
    {
        if (lease.Holding is not { } text) return new StoreFailure($"the flow '{lease.Flow}' is not this process's");
        var write = new GuardedWrite(commands, RedisLeases.GuardsOf(lease, text));
        if (!(await redis.CommitAsync(write)).TryGetRight(out var outcome, out var failure)) return failure;
        if (outcome is not WriteOutcome.Prevented by) return Unit.Default;
        var reason = by.Found is null ? "nobody has it" : $"{NameOf(by.Found)} has it";
        lease.Lose(text, reason);
        return new StoreFailure($"the flow '{lease.Flow}' is not this process's any more: {reason}");
    }

    static string NameOf(string holder) =>
        LeaseHolder.Parse(holder)?.Name ?? FlowDivision.Parse(holder)?.Sharers ?? "a process of another build";
}
