using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// The lease of one shard. It is taken and renewed in one step with the division that it is a part of, and only where no other division
/// is in force: so whoever divides the flow otherwise has nothing of it as long as any of these shards is held.
/// </summary>
sealed class RedisShardLease(RedisConnection redis, FlowShard flow, FlowDivision division)
{
    readonly string key = RedisLeases.Key(flow);
    readonly string whole = RedisLeases.WholeKey(flow.Category);
    readonly string divided = division.Format();

    public LeasePort Port => new(ReadAsync, TakeAsync, RenewAsync, ReleaseAsync);

    /// <summary>Who has the shard; or, where another division is in force, whoever has that.</summary>
    async Task<Either<StoreFailure, Option<string>>> ReadAsync() =>
        (await redis.RunAsync(db => db.StringGetAsync([whole, key]))).Map(seen =>
            !seen[0].IsNull && seen[0] != divided ? Option<string>.Some((string)seen[0]!)
            : seen[1].IsNull ? Option<string>.None
            : (string)seen[1]!);

    async Task<Either<StoreFailure, bool>> TakeAsync(string? seen, string text, TimeSpan life)
    {
        if (life != division.Life) throw new ArgumentException($"a lease of this flow lives for {division.Life}", nameof(life));
        IReadOnlyList<RedisCommand> both = [RedisCommand.Set(key, text, life), RedisCommand.Set(whole, divided, life)];
        if (!(await redis.CommitAsync(new GuardedWrite(both, Guard.Equal(whole, divided), Guard.Unchanged(key, seen))))
            .TryGetRight(out var outcome, out var failure)) return failure;
        if (outcome is not WriteOutcome.Prevented(0, var other)) return outcome is WriteOutcome.Written;
        // Nobody has anything of the flow; or it was the undivided flow's last holder that was seen, and has ended.
        Guard[]? guards = other is null ? [Guard.Missing(whole), Guard.Unchanged(key, seen)]
            : other == seen ? [Guard.Equal(whole, other), Guard.Missing(key)]
            : null;
        if (guards is null) return false;
        return (await redis.CommitAsync(new GuardedWrite(both, guards))).Map(o => o is WriteOutcome.Written);
    }

    async Task<Either<StoreFailure, bool>> RenewAsync(string text, TimeSpan life) =>
        (await redis.CommitAsync(new GuardedWrite(
            [RedisCommand.Live(key, life), RedisCommand.Live(whole, life)], Guard.Equal(key, text), Guard.Equal(whole, divided))))
        .Map(outcome => outcome is WriteOutcome.Written);

    /// <summary>With the last shard the division ends too, so that another may begin at once.</summary>
    async Task<Either<StoreFailure, Unit>> ReleaseAsync(string text)
    {
        var others = Enumerable.Range(0, flow.Count.Value).Where(n => n != flow.Number)
            .Select(n => Guard.Missing(RedisLeases.Key(flow with { Number = n })));
        var last = new GuardedWrite(
            [RedisCommand.Delete(key), RedisCommand.Delete(whole)], [Guard.Equal(key, text), Guard.Equal(whole, divided), .. others]);
        if (!(await redis.CommitAsync(last)).TryGetRight(out var outcome, out var failure)) return failure;
        if (outcome is not WriteOutcome.Prevented(> 0, _)) return Unit.Default;
        return (await redis.CommitAsync(new GuardedWrite([RedisCommand.Delete(key)], Guard.Equal(key, text)))).Map(_ => Unit.Default);
    }
}
