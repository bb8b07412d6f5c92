using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Polling;

/// <summary>
/// Visits an outbox again and again, one visit at a time, while this process has the flow. A visit that throws is logged
/// and counts as a neighbour down: the loop goes on.
/// </summary>
public sealed class PollingLoop(
    string name,
    Func<CancellationToken, Task<VisitReport>> visit,
    PollCadence cadence,
    FlowLeases leases,
    TimeProvider clock,
    Func<double> chance,
    ILogger log)
{
    readonly Lock gate = new();
    readonly PollerBoard board = new(name, clock, log);
    TaskCompletionSource wake = new();
    int failuresInARow;
    (long From, TimeSpan For)? wait;
    bool hasEnded;

    public string Name => name;

    public FlowLeases Leases => leases;

    public PollerStatus Status => board.Status;

    public bool IsPaused => board.IsPaused;

    /// <summary>False until somebody has said whether it is paused: at the start Redis may be away.</summary>
    public bool IsPauseKnown { get; private set; }

    /// <summary>
    /// Whether it goes on as it should: not begun, at a visit, or waiting for no longer than it meant to. One that was told to
    /// stop is well too.
    /// </summary>
    /// <param name="grace">For a machine that is slow.</param>
    public bool IsAlive(TimeSpan grace)
    {
        lock (gate) return !hasEnded && (wait is not { } begun || clock.GetElapsedTime(begun.From) <= begun.For + grace);
    }

    /// <summary>Ends the wait between two visits; a visit under way is followed by another at once.</summary>
    public void PollNow()
    {
        TaskCompletionSource waiting;
        lock (gate) waiting = wake;
        // Outside the lock: the loop goes on within this call.
        waiting.TrySetResult();
    }

    /// <summary>From the next visit on; null resumes.</summary>
    public void SetPause(PauseNote? note)
    {
        board.SetPause(note);
        IsPauseKnown = true;
        PollNow();
    }

    /// <summary>Returns when told to stop and the visit under way has ended. Paused, it keeps the flow all the same.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var following = leases.FollowAsync(PollNow, stopping);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                var woken = TakeWake();
                await WaitAsync(await TurnAsync(stopping), woken, stopping);
            }

            await following;
        }
        finally
        {
            lock (gate) hasEnded = !stopping.IsCancellationRequested;
            board.Enter(PollerState.Stopped);
        }
    }

    /// <summary>Returns the wait until the next.</summary>
    async Task<TimeSpan> TurnAsync(CancellationToken stopping)
    {
        var answer = await leases.TryAcquireAsync();
        if (answer is LeaseAnswer.Held && IsPaused)
        {
            board.TellHolder(null);
            board.Enter(PollerState.Paused);
            return LeaseTimes.StandByInterval;
        }

        if (answer is LeaseAnswer.Held)
        {
            board.TellHolder(null);
            board.Enter(PollerState.Visiting);
            (answer, var visited) = await VisitUnderLeaseAsync(stopping);
            if (visited is not null) return After(visited);
        }

        if (answer is LeaseAnswer.HeldByOther other)
        {
            failuresInARow = 0;
            board.TellHolder(other);
            board.Enter(PollerState.Standby);
            return LeaseTimes.StandByInterval * (0.75 + (0.5 * chance()));
        }

        return After(new VisitReport(0, 0, 0, 0, 0, $"Redis: {((LeaseAnswer.Unreachable)answer).Failure.Message}", null)
        {
            Stage = VisitStage.Redis,
        });
    }

    async Task<(LeaseAnswer Answer, VisitReport? Report)> VisitUnderLeaseAsync(CancellationToken stopping)
    {
        var visited = await leases.RunAsync(() => VisitAsync(stopping));
        return visited.TryGetRight(out var report, out var refused) ? (LeaseAnswer.Held.Instance, report) : (refused, null);
    }

    TimeSpan After(VisitReport report)
    {
        // An answer that broke off when much of it was done (a proxy that cuts long calls) is no neighbour that is down.
        failuresInARow = report.Problem is null ? 0 : report is { Stage: VisitStage.Outbox, Settled: > 0 } ? 1 : failuresInARow + 1;
        board.Note(report);
        return cadence.Next(report.ForCadence(), failuresInARow, chance());
    }

    async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        try
        {
            return await visit(stopping);
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("poller.bug"), bug, "{Poller}: a visit failed unexpectedly", name);
            return new VisitReport(0, 0, 0, 0, 0, $"internal error: {bug.GetType().Name}: {bug.Message}", null)
            {
                Stage = VisitStage.Unexpected,
            };
        }
    }

    /// <summary>A wake that comes from here on, during the visit too, ends the next wait.</summary>
    Task TakeWake()
    {
        lock (gate)
        {
            if (wake.Task.IsCompleted) wake = new TaskCompletionSource();
            return wake.Task;
        }
    }

    async Task WaitAsync(TimeSpan time, Task woken, CancellationToken stopping)
    {
        lock (gate) wait = (clock.GetTimestamp(), time);
        board.SetNextTurn(clock.GetUtcNow() + time);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(woken, Delays.WaitAsync(time, clock, ending.Token));
        End(ending);
        lock (gate) wait = null;
        board.SetNextTurn(null);
    }

    /// <summary>On this thread: CancelAsync would go through the thread pool, and all that this ends is a timer.</summary>
    static void End(CancellationTokenSource pause) => pause.Cancel();
}
