using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Processing;

/// <summary>What a lane does through others.</summary>
/// <param name="CanShare">Whether others may be tried in one transaction with it.</param>
/// <param name="Close">Writes ends; completes when they are written, or cannot be any more.</param>
/// <param name="SetState">False where an operator's word stands, or the store does not answer.</param>
/// <param name="Changed">There is room, or an event came to its end.</param>
sealed record LanePorts(
    Func<HeldHandling, CancellationToken, Task<Tried>> Try,
    Func<HeldHandling, bool> CanShare,
    Func<IReadOnlyList<HeldHandling>, CancellationToken, Task<IReadOnlyList<Tried>>> TryTogether,
    Func<Closing, Task> Close,
    Func<string, ConsumerState, Task<bool>> SetState,
    Action Changed,
    Action<TryMade> Count,
    Func<BrokerTuning> Tuning,
    TimeProvider Clock,
    Func<double> Chance,
    ILogger Log);

/// <summary>
/// One consumer's events in this process: so many at a time, the others wait their turn under their leases. A slow
/// consumer fills its own lane and no other. Quick calls share a transaction, one after another, and count as one at a time.
/// </summary>
sealed class ConsumerLane(LanePorts ports, string consumer)
{
    readonly LaneQueue queue = new(ports.CanShare);
    readonly Lock gate = new();
    ConsumerHealth health = ConsumerHealth.Well;

    public string Consumer => consumer;

    /// <summary>When handlings whose lease ran out are looked for again.</summary>
    public DateTimeOffset ExpiredLookAt { get; set; }

    /// <summary>The last look for what is due found all there was.</summary>
    public bool IsCaughtUp { get; set; }

    public bool HasSuspect => queue.HasSuspect;

    public IReadOnlyList<HeldHandling> Held => queue.Held;

    public int Room(Consumer definition, int batchSize) => queue.Room(definition, batchSize);

    public void Take(IEnumerable<HeldHandling> claimed, CancellationToken stopping)
    {
        queue.Add(claimed);
        Pump(stopping);
    }

    /// <summary>Begins nothing more, and gives back what was not begun: that is held until it is written.</summary>
    public void Close()
    {
        queue.Close();
        HandBack();
    }

    /// <summary>What was not begun is not this process's any more.</summary>
    public void HandBack() => _ = HandBackQueueAsync();

    /// <summary>What was leased and is not to be tried: held until it is the store's again.</summary>
    public void GiveBack(HeldHandling[] claimed)
    {
        queue.NoteLeaving(claimed);
        _ = HandBackAsync(claimed);
    }

    void Pump(CancellationToken stopping)
    {
        while (queue.Begin() is { } group) _ = RunAsync(group, stopping);
    }

    async Task RunAsync(IReadOnlyList<HeldHandling> group, CancellationToken stopping)
    {
        // On the caller's stack a lane of quick tries would recurse as deep as its queue is long.
        await Task.Yield();
        try
        {
            await RunHeldAsync(group, stopping);
        }
        catch (Exception bug)
        {
            // The handlings stay leased, and come back when their leases have run out.
            ports.Log.LogError(LogEvents.Named("broker.bug"), bug, "broker: internal error at an event of {Consumer}", consumer);
        }

        queue.End(group);
        Pump(stopping);
        ports.Changed();
    }

    async Task RunHeldAsync(IReadOnlyList<HeldHandling> group, CancellationToken stopping)
    {
        if (group.Count == 1)
        {
            await RunAloneAsync(group[0], stopping);
            return;
        }

        var tried = await ports.TryTogether(group, stopping);
        if (!queue.PutBack([.. group.Where((_, index) => tried[index].Report is TryReport.NotBegun)])) await HandBackQueueAsync();
        foreach (var (held, one) in group.Zip(tried))
        {
            if (one.Report is TryReport.GoesOnAlone) await RunAloneAsync(held, stopping);
            else await NoteAsync(held, one, stopping);
        }
    }

    async Task RunAloneAsync(HeldHandling held, CancellationToken stopping) =>
        await NoteAsync(held, await ports.Try(held, stopping), stopping);

    async Task NoteAsync(HeldHandling held, Tried tried, CancellationToken stopping)
    {
        if (tried.Report is TryReport.NotBegun) return;
        if (tried.Took is { } took) queue.NoteCall(took);
        if (Outcome(tried.Report) is { } outcome)
            ports.Count(new TryMade(held.Claimed.Event, consumer, outcome, tried.Took ?? TimeSpan.Zero));
        await SettleAsync(held, tried.Report, stopping);
    }

    async Task SettleAsync(HeldHandling held, TryReport report, CancellationToken stopping)
    {
        switch (report)
        {
            case TryReport.Succeeded succeeded:
                if (!succeeded.InStore) await EndAsync(held, stopping);
                await NoteSuccessAsync(held);
                break;
            case TryReport.Failed failed:
                await NoteFailureAsync(held, failed.Failure);
                break;
            case TryReport.Exhausted exhausted:
                await ports.Close(Closing(held, new TryEnd.Dead(exhausted.Reason) { Kind = FailureKind.ProcessDied }));
                await ProbeAgainAsync(held);
                break;
            case TryReport.Lost:
                // Its token says whether anybody took it.
                await ports.Close(Closing(held, new TryEnd.HandBack(ports.Clock.GetUtcNow(), null)));
                await ProbeAgainAsync(held);
                break;
            case TryReport.Uncalled uncalled:
                await ports.Close(Closing(held, new TryEnd.HandBack(ports.Clock.GetUtcNow() + uncalled.Wait, uncalled.Why)));
                await ProbeAgainAsync(held);
                break;
            case TryReport.NotBegun or TryReport.GoesOnAlone:
                throw new System.Diagnostics.UnreachableException();
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    async Task EndAsync(HeldHandling held, CancellationToken stopping)
    {
        queue.NoteEnding(held);
        Pump(stopping);
        await ports.Close(Closing(held, new TryEnd.Done()));
    }

    async Task NoteSuccessAsync(HeldHandling held)
    {
        lock (gate) health = ConsumerHealth.Well;
        if (held.IsProbe) await ports.SetState(consumer, new ConsumerState.Active());
    }

    async Task NoteFailureAsync(HeldHandling held, TryFailure failure)
    {
        ConsumerHealth now;
        lock (gate) now = health = health.AfterFailure(held.Claimed.HandlingId, failure, held.IsProbe);
        var isDown = now.IsDown(failure);
        var time = ports.Clock.GetUtcNow();
        var retry = held.Consumer.Retry ?? ports.Tuning().DefaultRetry;
        var end = TryEnd.After(failure, held.Claimed.Attempt, retry, isDown, time, ports.Chance());
        // The next probe takes another event: one that fails by itself must not keep its consumer down.
        if (isDown && held.IsProbe && end is TryEnd.HandBack back) end = back with { NotBefore = time + now.SameEventAfter(failure) };
        await ports.Close(Closing(held, end));
        if (!isDown)
        {
            // Who refuses one event answers.
            if (held.IsProbe && failure is TryFailure.Permanent { Kind: FailureKind.Refused })
                await ports.SetState(consumer, new ConsumerState.Active());
            else await ProbeAgainAsync(held);
            return;
        }

        await ports.SetState(
            consumer,
            failure is TryFailure.ConsumerGone
                ? new ConsumerState.Off(failure.Reason)
                : new ConsumerState.Paused(failure.Reason, time + now.ProbeAfter(failure)));
        await HandBackQueueAsync();
    }

    /// <summary>A probe that tells nothing of its consumer: the next one need not wait for as long as this one might have lasted.</summary>
    async Task ProbeAgainAsync(HeldHandling held)
    {
        if (held is { IsProbe: true, Consumer.State: ConsumerState.Paused paused })
            await ports.SetState(consumer, paused with { ProbeAt = ports.Clock.GetUtcNow() });
    }

    async Task HandBackQueueAsync()
    {
        var drained = queue.Drain();
        if (drained.Length > 0) await HandBackAsync(drained);
    }

    async Task HandBackAsync(HeldHandling[] leaving)
    {
        var time = ports.Clock.GetUtcNow();
        try
        {
            await Task.WhenAll(leaving.Select(held => ports.Close(Closing(held, new TryEnd.HandBack(time, null)))));
        }
        finally
        {
            queue.NoteLeft(leaving);
            ports.Changed();
        }
    }

    /// <summary>Null where there was no try.</summary>
    static TryOutcome? Outcome(TryReport report) => report switch
    {
        TryReport.Succeeded => TryOutcome.Done,
        TryReport.Failed => TryOutcome.Failed,
        TryReport.Exhausted => TryOutcome.Exhausted,
        TryReport.Lost => TryOutcome.Lost,
        TryReport.Uncalled => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static Closing Closing(HeldHandling held, TryEnd end) => new(held.Claimed.HandlingId, held.Claimed.Token, end);
}
