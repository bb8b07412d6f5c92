using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>Keeps this process's part of a divided flow at its share.</summary>
sealed class ShardSharing(
    IReadOnlyList<FlowLease> leases, ShardPort port, ProcessIdentity me, TimeProvider clock, Func<double> chance, ILogger log)
{
    readonly Lock gate = new();
    Task<LeaseAnswer>? looking;
    ShardsSeen? last;
    long? together;
    string told = "";
    bool left;

    ShardCount Count => leases[0].Flow.Count;

    public async Task FollowAsync(Action gained, CancellationToken stopping)
    {
        while (await Delays.WaitAsync(LeaseTimes.StandByInterval * (0.75 + (0.5 * chance())), clock, stopping))
        {
            var before = HeldHere().Count;
            await LookAsync();
            if (HeldHere().Count > before) gained();
        }
    }

    /// <summary>Looks, takes and gives; whoever asks meanwhile gets the same answer.</summary>
    public Task<LeaseAnswer> LookAsync()
    {
        TaskCompletionSource<LeaseAnswer> mine;
        lock (gate)
        {
            if (looking is not null) return looking;
            mine = new TaskCompletionSource<LeaseAnswer>();
            looking = mine.Task;
        }

        _ = AnswerAsync(mine);
        return mine.Task;
    }

    public void KeepTogether()
    {
        lock (gate) together = clock.GetTimestamp();
    }

    public LeaseAnswer.HeldByOther? OtherHolderOf(int number)
    {
        ShardsSeen? seen;
        lock (gate) seen = last;
        return leases[number].IsHeld || seen is null ? null : LeaseRules.BlockedReason(seen.Holders[number], me, ProcessIdentity.HasEnded);
    }

    /// <summary>Others need not wait until what it last said of itself is over.</summary>
    public async Task LeaveAsync()
    {
        Task under;
        lock (gate) (left, under) = (true, looking ?? Task.CompletedTask);
        await under;
        await port.Leave(me);
    }

    async Task AnswerAsync(TaskCompletionSource<LeaseAnswer> asked)
    {
        LeaseAnswer answer;
        try
        {
            answer = await TakeShareAsync();
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("lease.bug"), bug, "asking for shards of '{Flow}' failed unexpectedly", leases[0].Flow.Category);
            answer = new LeaseAnswer.Unreachable(new StoreFailure($"internal error: {bug.GetType().Name}"));
        }

        lock (gate) looking = null;
        asked.SetResult(answer);
    }

    async Task<LeaseAnswer> TakeShareAsync()
    {
        lock (gate)
        {
            if (left) return new LeaseAnswer.HeldByOther("nobody here: this process is stopping", null);
        }

        if (!(await port.Look(me, leases[0].Times.Life)).TryGetRight(out var seen, out var failure))
            return HeldHere().Count > 0 ? LeaseAnswer.Held.Instance : new LeaseAnswer.Unreachable(failure);
        lock (gate) last = seen;
        var plan = ShardPlan.Of(
            me.Id, [.. seen.Sharers.Where(IsAlive).Select(p => p.Id)], Count, HeldHere(),
            number => LeaseRules.BlockedReason(seen.Holders[number], me, ProcessIdentity.HasEnded) is null);
        if (!MustKeepTogether())
            foreach (var number in plan.Give) _ = leases[number].YieldAsync();
        var answers = await Task.WhenAll(plan.Take.Take(plan.Lacking).Select(number => leases[number].TryAcquireAsync()));
        Tell();
        if (HeldHere().Count > 0) return LeaseAnswer.Held.Instance;
        return answers.FirstOrDefault(a => a is LeaseAnswer.HeldByOther) ?? answers.FirstOrDefault() ?? Others(seen);
    }

    /// <summary>One line when it changes.</summary>
    void Tell()
    {
        var now = HeldHere().Count == 0 ? "none" : string.Join(" ", HeldHere().Order());
        if (now == told) return;
        told = now;
        log.LogInformation(
            LogEvents.Named("lease.shards"), "the flow '{Flow}': this process has of its {Count} shards: {Shards}",
            leases[0].Flow.Category, Count.Value, now);
    }

    /// <summary>What it gives back is not its own any more.</summary>
    System.Collections.Generic.HashSet<int> HeldHere() =>
        [.. leases.Where(lease => lease.IsHeld && !lease.IsLeaving).Select(lease => lease.Flow.Number)];

    bool IsAlive(ProcessIdentity sharer) => !(me.SharesProcessTableWith(sharer) && ProcessIdentity.HasEnded(sharer));

    bool MustKeepTogether()
    {
        lock (gate) return together is { } since && clock.GetElapsedTime(since) < LeaseTimes.YieldTime;
    }

    LeaseAnswer Others(ShardsSeen seen) =>
        seen.Holders.Select(holder => LeaseRules.BlockedReason(holder, me, ProcessIdentity.HasEnded)).FirstOrDefault(o => o is not null)
        ?? new LeaseAnswer.HeldByOther("nobody yet: who shares it has not taken it", null);
}
