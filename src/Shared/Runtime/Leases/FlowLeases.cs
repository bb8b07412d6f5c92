using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>
/// A flow's leases in this process: one, or one for each shard of its events. A flow that is not divided behaves as its one lease
/// does, and asks nothing more. Of a divided one this process has a share, and gives and takes as others come and go.
/// </summary>
public sealed class FlowLeases
{
    readonly IReadOnlyList<FlowLease> all;
    readonly ShardSharing? sharing;
    volatile VisitShards visit;

    FlowLeases(IReadOnlyList<FlowLease> all, ShardSharing? sharing)
    {
        (this.all, this.sharing) = (all, sharing);
        visit = VisitOf(sharing is null ? [0] : []);
    }

    public Category Flow => all[0].Flow.Category;

    public ShardCount Count => all[0].Flow.Count;

    public LeaseTimes Times => all[0].Times;

    /// <summary>By shard.</summary>
    public IReadOnlyList<FlowLease> All => all;

    /// <summary>Any of it is this process's.</summary>
    public bool IsHeld => all.Any(lease => lease.IsHeld);

    /// <summary>The numbers of the shards that this process has.</summary>
    public IReadOnlyList<int> Held => [.. all.Where(lease => lease.IsHeld).Select(lease => lease.Flow.Number)];

    /// <summary>What the visit under way is for.</summary>
    public VisitShards Visit => visit;

    /// <summary>Of a flow that is not divided.</summary>
    public static FlowLeases Whole(FlowLease only) => new([only], null);

    /// <param name="leases">One for each shard, by its number; two at least.</param>
    public static FlowLeases Divided(
        IReadOnlyList<FlowLease> leases, ShardPort port, ProcessIdentity me, TimeProvider clock, Func<double> chance, ILogger log) =>
        new(leases, new ShardSharing(leases, port, me, clock, chance, log));

    /// <summary>The one lease of a flow that is never divided.</summary>
    public FlowLease Only() =>
        Count == ShardCount.One ? all[0] : throw new InvalidOperationException($"the flow '{Flow}' is divided into {Count.Value} shards");

    /// <summary>The lease that the event is delivered under.</summary>
    public FlowLease Of(EventId? id) => all[Count.Of(id)];

    /// <summary>The lease that the letter is replayed under.</summary>
    public FlowLease Of(DeadLetterKey key) => all[Count.Of(key)];

    /// <summary>What is to be done before a shard is taken, and before it is given back: to forget all that is remembered of it.</summary>
    public void BeforeTaking(Func<int, Task> forget)
    {
        foreach (var lease in all) lease.BeforeTaking(() => forget(lease.Flow.Number));
    }

    /// <summary>Why what lasts so long may not begin now for one of these events; null where it may.</summary>
    public StoreFailure? Fault(IEnumerable<EventId> ids, TimeSpan span) =>
        sharing is null
            ? all[0].Fault(span)
            : ids.Select(id => Count.Of(id)).Distinct().Select(number => all[number].Fault(span)).FirstOrDefault(f => f is not null);

    /// <summary>Takes what it may have; held where any of it is.</summary>
    public Task<LeaseAnswer> TryAcquireAsync()
    {
        if (sharing is null) return all[0].TryAcquireAsync();
        return IsHeld ? Task.FromResult<LeaseAnswer>(LeaseAnswer.Held.Instance) : sharing.LookAsync();
    }

    /// <summary>
    /// Runs a visit, for the shards that this process has when it begins; one at a time. Left, and nothing run, where it has none.
    /// </summary>
    public async Task<Either<LeaseAnswer, T>> RunAsync<T>(Func<Task<T>> work)
    {
        if (sharing is null) return await all[0].RunAsync(work);
        var answer = await TryAcquireAsync();
        if (answer is not LeaseAnswer.Held) return answer;
        (int Number, IDisposable Stay)[] stays =
            [.. all.Select(lease => (lease.Flow.Number, Stay: lease.TryEnter()!)).Where(entered => entered.Stay is not null)];
        if (stays.Length == 0) return new LeaseAnswer.HeldByOther("others, or nobody yet: what this process had it has just given", null);
        visit = VisitOf([.. stays.Select(entered => entered.Number)]);
        try
        {
            return await work();
        }
        finally
        {
            visit = VisitOf([]);
            foreach (var (_, stay) in stays) stay.Dispose();
        }
    }

    /// <summary>
    /// Says that this process shares a divided flow, and takes and gives shards as others come and go, until told to stop.
    /// </summary>
    /// <param name="gained">Told when there is more to visit.</param>
    public Task FollowAsync(Action gained, CancellationToken stopping) => sharing?.FollowAsync(gained, stopping) ?? Task.CompletedTask;

    /// <summary>For a while it takes what there is, and gives nothing: somebody needs it together.</summary>
    public void KeepTogether() => sharing?.KeepTogether();

    /// <summary>Who has the event's shard, for people, where it is known to be another.</summary>
    public LeaseAnswer.HeldByOther? OtherHolderOf(EventId id) => sharing?.OtherHolderOf(Count.Of(id));

    /// <summary>For the end of the process.</summary>
    public async Task CloseAsync()
    {
        await Task.WhenAll(all.Select(lease => lease.CloseAsync()));
        if (sharing is not null) await sharing.LeaveAsync();
    }

    VisitShards VisitOf(IReadOnlyList<int> numbers) =>
        new(Count, numbers, id => Of(id).IsHeld,
            () => numbers.Any(number => all[number].IsLeaving), () => numbers.All(number => !all[number].IsHeld));
}
