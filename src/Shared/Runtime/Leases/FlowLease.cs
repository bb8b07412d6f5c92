using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>
/// One flow belongs to one process at a time. Whoever wants to visit its outbox or replay its letters asks here first.
/// The lease is renewed beside that work; when it cannot be, the holder knows by its own clocks when to stop. It is not
/// taken anew while work from an earlier time that it was held is still under way, and what this process remembers of
/// the flow is forgotten before: another may have had it in between.
/// </summary>
public sealed class FlowLease(Category flow, LeasePort port, LeaseTimes times, ProcessIdentity me, TimeProvider clock, ILogger log)
{
    /// <summary>Of looking and taking, where others take it in between.</summary>
    const int RoundLimit = 3;

    readonly Lock gate = new();
    readonly List<Func<Task>> forgetting = [];
    LeaseTerm? tenure;
    TaskCompletionSource<LeaseAnswer>? asking;
    TaskCompletionSource? idle;
    long? yieldedAt;
    int uses;
    bool leaving;
    bool closed;

    public Category Flow => flow;

    public LeaseTimes Times => times;

    public bool IsHeld => HasLeft(TimeSpan.Zero);

    /// <summary>What Redis has where this process holds the flow; null where it does not.</summary>
    public string? Holding
    {
        get
        {
            lock (gate) return tenure is { } now && Remaining(now) > TimeSpan.Zero ? now.Text : null;
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
        lock (gate) return tenure is { } now && Remaining(now) > span;
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
            if (tenure is { } now && Remaining(now) > TimeSpan.Zero) return Task.FromResult<LeaseAnswer>(LeaseAnswer.Held.Instance);
            if (asking is not null) return asking.Task;
            if (uses > 0)
                return Task.FromResult<LeaseAnswer>(
                    new LeaseAnswer.HeldByOther("this process's own work from before, which has not ended", null));
            asking = mine = new TaskCompletionSource<LeaseAnswer>();
            // From here on nobody enters, not even by a renewal that comes late: what is remembered is forgotten now.
            (outlived, tenure) = (tenure, null);
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
    public IDisposable Retain()
    {
        lock (gate) uses++;
        return new Use(this);
    }

    /// <summary>The flow is another's, as Redis has just said.</summary>
    /// <param name="text">Of the time that ended.</param>
    public void Lose(string text, string reason)
    {
        LeaseTerm ended;
        lock (gate)
        {
            if (tenure is not { } now || now.Text != text) return;
            (ended, tenure) = (now, null);
        }

        ended.Dispose();
        log.LogWarning("the flow '{Flow}' is not this process's any more: {Reason}", flow, reason);
    }

    /// <summary>Gives the flow back when the work under way has ended, and leaves it to others for a while.</summary>
    public Task YieldAsync()
    {
        lock (gate)
        {
            if (tenure is null || leaving) return Task.CompletedTask;
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

    TimeSpan Remaining(LeaseTerm now) => times.Life - LeaseTimes.Margin - now.ProvenAt.Elapsed(clock);

    Use? TryEnter()
    {
        lock (gate)
        {
            if (Refusal() is not null || tenure is not { } now || Remaining(now) <= TimeSpan.Zero) return null;
            uses++;
            return new Use(this);
        }
    }

    void Leave()
    {
        TaskCompletionSource? done = null;
        lock (gate)
        {
            if (--uses == 0) (done, idle) = (idle, null);
        }

        done?.SetResult();
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
            log.LogError(bug, "asking for the flow '{Flow}' failed unexpectedly", flow);
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
            lock (gate) tenure = now;
            _ = RenewAsync(now);
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

    async Task RenewAsync(LeaseTerm now)
    {
        try
        {
            var ended = now.Ended;
            var wait = LeaseTimes.RenewalInterval;
            while (await Delays.WaitAsync(wait, clock, ended))
            {
                var askedAt = ClockReading.Now(clock);
                if (!(await port.Renew(now.Text, times.Life)).TryGetRight(out var renewed, out var failure))
                {
                    wait = LeaseTimes.RetryInterval;
                    if (Remaining(now) <= TimeSpan.Zero) Lose(now.Text, $"it could not be renewed in time: {failure.Message}");
                    continue;
                }

                wait = LeaseTimes.RenewalInterval;
                if (renewed) lock (gate) now.ProvenAt = askedAt;
                else Lose(now.Text, "Redis has it no more, or another process took it");
            }
        }
        catch (Exception bug)
        {
            log.LogError(bug, "renewing the flow '{Flow}' failed unexpectedly", flow);
            Lose(now.Text, $"internal error: {bug.GetType().Name}");
        }
    }

    /// <summary>Nobody enters meanwhile.</summary>
    async Task GiveBackAsync()
    {
        Task taking;
        lock (gate) taking = asking is null ? Task.CompletedTask : asking.Task;
        await taking;
        await IdleAsync();
        // While it is still held: what could not be written yet gets a last try.
        await ForgetAsync();
        LeaseTerm? last;
        lock (gate) (last, tenure) = (tenure, null);
        last?.Dispose();
        if (last is not null) await port.Release(last.Text);
        lock (gate) (leaving, yieldedAt) = (false, clock.GetTimestamp());
    }

    Task IdleAsync()
    {
        lock (gate)
        {
            if (uses == 0) return Task.CompletedTask;
            idle ??= new TaskCompletionSource();
            return idle.Task;
        }
    }

    sealed class Use(FlowLease lease) : IDisposable
    {
        int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0) lease.Leave();
        }
    }
}
