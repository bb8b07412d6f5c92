using Hobom.Slices.Broker.Stores;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Processing;

/// <summary>What a lane does through others.</summary>
/// <param name="Close">Writes ends; completes when they are written, or cannot be any more.</param>
/// <param name="Changed">There is room, or an event came to its end.</param>
sealed record LanePorts(
    Func<HeldHandling, CancellationToken, Task<TryReport>> Try,
    Func<Closing, Task> Close,
    Func<string, ConsumerState, Task> SetState,
    Action Changed,
    Action<TryMade> Count,
    Func<BrokerTuning> Tuning,
    TimeProvider Clock,
    Func<double> Chance,
    ILogger Log);

/// <summary>
/// One consumer's events in this process: so many at a time, the others wait their turn under their leases. A slow
/// consumer fills its own lane and no other.
/// </summary>
sealed class ConsumerLane(LanePorts ports, string consumer)
{
    readonly Lock gate = new();
    readonly Queue<HeldHandling> queue = [];
    readonly List<HeldHandling> running = [];
    ConsumerHealth health = ConsumerHealth.Well;
    bool closed;

    public string Consumer => consumer;

    /// <summary>When handlings whose lease ran out are looked for again.</summary>
    public DateTimeOffset ExpiredLookAt { get; set; }

    public bool HasSuspect
    {
        get
        {
            lock (gate) return running.Any(h => h.IsSuspect) || queue.Any(h => h.IsSuspect);
        }
    }

    public IReadOnlyList<HeldHandling> Held
    {
        get
        {
            lock (gate) return [.. running, .. queue];
        }
    }

    /// <summary>How many more may be claimed: a batch is fetched when less than half of one is left.</summary>
    public int Room(Consumer definition, int batchSize)
    {
        lock (gate)
        {
            var limit = Math.Max(batchSize, definition.Concurrency);
            var room = limit - queue.Count - running.Count;
            return closed || room * 2 < limit ? 0 : room;
        }
    }

    public void Take(IEnumerable<HeldHandling> claimed, CancellationToken stopping)
    {
        lock (gate)
        {
            foreach (var held in claimed) queue.Enqueue(held);
        }

        Pump(stopping);
    }

    /// <summary>Gives back what was not begun, and begins nothing more.</summary>
    public async Task CloseAsync()
    {
        lock (gate) closed = true;
        await HandBackQueueAsync();
    }

    void Pump(CancellationToken stopping)
    {
        while (Next() is { } held) _ = RunAsync(held, stopping);
    }

    HeldHandling? Next()
    {
        lock (gate)
        {
            if (closed || queue.Count == 0 || running.Count >= queue.Peek().Consumer.Concurrency) return null;
            var next = queue.Dequeue();
            running.Add(next);
            return next;
        }
    }

    async Task RunAsync(HeldHandling held, CancellationToken stopping)
    {
        // On the caller's stack a lane of quick tries would recurse as deep as its queue is long.
        await Task.Yield();
        try
        {
            await RunHeldAsync(held, stopping);
        }
        catch (Exception bug)
        {
            // The handling stays leased, and comes back when its lease has run out.
            ports.Log.LogError(bug, "broker: internal error at an event of {Consumer}", consumer);
        }

        lock (gate) running.Remove(held);
        Pump(stopping);
        ports.Changed();
    }

    async Task RunHeldAsync(HeldHandling held, CancellationToken stopping)
    {
        var begun = ports.Clock.GetTimestamp();
        var report = await ports.Try(held, stopping);
        ports.Count(new TryMade(held.Claimed.Event, consumer, Outcome(report), ports.Clock.GetElapsedTime(begun)));
        await SettleAsync(held, report);
    }

    async Task SettleAsync(HeldHandling held, TryReport report)
    {
        switch (report)
        {
            case TryReport.TryGetRight succeeded:
                if (!succeeded.InStore) await ports.Close(Closing(held, new TryEnd.Done()));
                await NoteSuccessAsync(held);
                break;
            case TryReport.Failed failed:
                await NoteFailureAsync(held, failed.Failure);
                break;
            case TryReport.Exhausted exhausted:
                await ports.Close(Closing(held, new TryEnd.Dead(exhausted.Reason)));
                break;
            case TryReport.Lost:
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
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
        if (isDown && held.IsProbe && end is TryEnd.HandBack back) end = back with { NotBefore = time + (2 * now.ProbeAfter(failure)) };
        await ports.Close(Closing(held, end));
        if (!isDown) return;
        await ports.SetState(
            consumer,
            failure is TryFailure.ConsumerGone
                ? new ConsumerState.Off(failure.Reason)
                : new ConsumerState.Paused(failure.Reason, time + now.ProbeAfter(failure)));
        await HandBackQueueAsync();
    }

    async Task HandBackQueueAsync()
    {
        HeldHandling[] waiting;
        lock (gate)
        {
            waiting = [.. queue];
            queue.Clear();
        }

        var time = ports.Clock.GetUtcNow();
        await Task.WhenAll(waiting.Select(held => ports.Close(Closing(held, new TryEnd.HandBack(time, null)))));
    }

    static TryOutcome Outcome(TryReport report) => report switch
    {
        TryReport.TryGetRight => TryOutcome.Done,
        TryReport.Failed => TryOutcome.Failed,
        TryReport.Exhausted => TryOutcome.Exhausted,
        TryReport.Lost => TryOutcome.Lost,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static Closing Closing(HeldHandling held, TryEnd end) => new(held.Claimed.HandlingId, held.Claimed.Token, end);
}
