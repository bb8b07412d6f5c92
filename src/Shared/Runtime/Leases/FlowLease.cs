using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>
/// One flow, or one shard of it, belongs to one process at a time. Whoever wants to visit its outbox or replay its letters asks here
/// first.
/// <list type="bullet">
/// <item>The lease is renewed beside that work; when it cannot be, the holder knows by its own clocks when to stop.</item>
/// <item>It is not taken anew while work from an earlier time that it was held is still under way.</item>
/// <item>Before it is taken, what this process remembers of the flow is forgotten: another may have had it in between.</item>
/// </list>
/// </summary>
public sealed class FlowLease(FlowShard flow, LeasePort port, LeaseTimes times, ProcessIdentity me, TimeProvider clock, ILogger log)
{
    /// <summary>Of looking and taking, where others take it in between.</summary>
    const int RoundLimit = 3;

    readonly Lock gate = new();
    readonly List<Func<Task>> forgetting = [];
    readonly LeaseUses uses = new();
    readonly LeaseRenewal renewal = new(flow, port, times, clock, log);
    LeaseTerm? term;
    TaskCompletionSource<LeaseAnswer>? asking;
    long? yieldedAt;
    bool leaving;
    bool closed;

    public FlowShard Flow => flow;

    public LeaseTimes Times => times;

    public bool IsHeld => HasLeft(TimeSpan.Zero);

    /// <summary>It is held, and given back as soon as the work under way has ended.</summary>
    public bool IsLeaving
    {
        get
        {
            lock (gate) return leaving;
        }
    }

    /// <summary>What Redis has where this process holds the flow; null where it does not.</summary>
    public string? Holding
    {
        get
        {
            lock (gate) return term is { } now && now.Remaining(times, clock) > TimeSpan.Zero ? now.Text : null;
        }
    }

    /// <summary>What is to be done before the flow is taken, and before it is given back: to forget all that is remembered of it.</summary>
    public void BeforeTaking(Func<Task> forget)
    {
        lock (gate) forgetting.Add(forget);
    }

    /// <summary>Whether the flow is still this process's after so long, whatever happens.</summary>
    public bool HasLeft(TimeSpan span)
    {
        lock (gate) return term is { } now && now.Remaining(times, clock) > span;
    }

    /// <summary>Why what lasts so long may not begin now; null where it may.</summary>
    public StoreFailure? Fault(TimeSpan span) =>
        HasLeft(span) ? null : new StoreFailure($"the flow '{flow}' is not surely this process's for another {Durations.Format(span)}");

    /// <summary>Takes the flow where it may be taken; answers at once where it is held.</summary>
    public Task<LeaseAnswer> TryAcquireAsync()
    {
        TaskCompletionSource<LeaseAnswer> mine;
        LeaseTerm? outlived;
        lock (gate)
        {
            if (Refusal() is { } refusal) return Task.FromResult<LeaseAnswer>(refusal);
            if (term is { } now && now.Remaining(times, clock) > TimeSpan.Zero)
                return Task.FromResult<LeaseAnswer>(LeaseAnswer.Held.Instance);
            if (asking is not null) return asking.Task;
            if (uses.Any)
                return Task.FromResult<LeaseAnswer>(
                    new LeaseAnswer.HeldByOther("this process's own work from before, which has not ended", null));
            asking = mine = new TaskCompletionSource<LeaseAnswer>();
            // From here on nobody enters, not even by a renewal that comes late: what is remembered is forgotten now.
            (outlived, term) = (term, null);
        }

        outlived?.Dispose();
        _ = TakeAsync(mine);
        return mine.Task;
    }

    /// <summary>Runs work that only the holder may do. Left, and nothing run, where another holds the flow or nobody knows.</summary>
    public async Task<Either<LeaseAnswer, T>> RunAsync<T>(Func<Task<T>> work)
    {
        var answer = await TryAcquireAsync();
        if (answer is not LeaseAnswer.Held) return answer;
        using var stay = TryEnter();
        if (stay is null) return new LeaseAnswer.HeldByOther("nobody: it was lost in the same moment", null);
        return await work();
    }

    /// <summary>
    /// For work that goes on after what began it: until it is disposed of, the flow is not taken anew and not given back.
    /// </summary>
    public IDisposable Retain() => uses.Enter();

    /// <summary>The flow is another's, as Redis has just said.</summary>
    /// <param name="text">Of the time that ended.</param>
    public void Lose(string text, string reason)
    {
        LeaseTerm ended;
        lock (gate)
        {
            if (term is not { } now || now.Text != text) return;
            (ended, term) = (now, null);
        }

        ended.Dispose();
        log.LogWarning(LogEvents.Named("lease.lost"), "the flow '{Flow}' is not this process's any more: {Reason}", flow, reason);
    }

    /// <summary>Gives the flow back when the work under way has ended, and leaves it to others for a while.</summary>
    public Task YieldAsync()
    {
        lock (gate)
        {
            if (term is null || leaving) return Task.CompletedTask;
            leaving = true;
        }

        return GiveBackAsync();
    }

    /// <summary>For the end of the process: gives the flow back when no work is under way, so that another may go on at once.</summary>
    public Task CloseAsync()
    {
        lock (gate) closed = true;
        return GiveBackAsync();
    }

    LeaseAnswer.HeldByOther? Refusal()
    {
        if (closed) return new LeaseAnswer.HeldByOther("nobody here: this process is stopping", null);
        return leaving || (yieldedAt is { } since && clock.GetElapsedTime(since) < LeaseTimes.YieldTime)
            ? new LeaseAnswer.HeldByOther("whoever takes it: this process gave way", null)
            : null;
    }

    /// <summary>Holds off its end until it is disposed of; null where it is not held. Asks nobody.</summary>
    internal IDisposable? TryEnter()
    {
        lock (gate)
            return Refusal() is null && term is { } now && now.Remaining(times, clock) > TimeSpan.Zero ? uses.Enter() : null;
    }

    async Task TakeAsync(TaskCompletionSource<LeaseAnswer> asked)
    {
        LeaseAnswer answer;
        try
        {
            answer = await TryTakeAsync();
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("lease.bug"), bug, "asking for the flow '{Flow}' failed unexpectedly", flow);
            answer = new LeaseAnswer.Unreachable(new StoreFailure($"internal error: {bug.GetType().Name}"));
        }

        lock (gate) asking = null;
        asked.SetResult(answer);
    }

    async Task<LeaseAnswer> TryTakeAsync()
    {
        await ForgetAsync();
        for (var round = 0; round < RoundLimit; round++)
        {
            if (!(await port.Read()).TryGetRight(out var seen, out var failure)) return new LeaseAnswer.Unreachable(failure);
            var current = seen.MatchUnsafe(string? (text) => text, () => null);
            if (LeaseRules.BlockedReason(current, me, ProcessIdentity.HasEnded) is { } other) return other;
            var text = LeaseHolder.New(me, clock.GetUtcNow()).Format();
            var askedAt = ClockReading.Now(clock);
            if (!(await port.Take(current, text, times.Life)).TryGetRight(out var taken, out failure))
                return new LeaseAnswer.Unreachable(failure);
            if (!taken) continue;
            var now = new LeaseTerm(text, askedAt);
            lock (gate) term = now;
            _ = renewal.RunAsync(now, reason => Lose(now.Text, reason));
            return LeaseAnswer.Held.Instance;
        }

        return new LeaseAnswer.HeldByOther("others, who take it in the same moment", null);
    }

    async Task ForgetAsync()
    {
        Func<Task>[] all;
        lock (gate) all = [.. forgetting];
        foreach (var forget in all) await forget();
    }

    /// <summary>Nobody enters meanwhile.</summary>
    async Task GiveBackAsync()
    {
        Task taking;
        lock (gate) taking = asking is null ? Task.CompletedTask : asking.Task;
        await taking;
        await uses.WhenNoneAsync();
        // While it is still held: what could not be written yet gets a last try.
        await ForgetAsync();
        LeaseTerm? last;
        lock (gate) (last, term) = (term, null);
        last?.Dispose();
        if (last is not null) await port.Release(last.Text);
        lock (gate) (leaving, yieldedAt) = (false, clock.GetTimestamp());
    }
}
