using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Polling;

public enum PollerState
{
    /// <summary>Not begun, or ended.</summary>
    Stopped,

    /// <summary>Between two visits.</summary>
    Waiting,

    Visiting,

    /// <summary>By an operator, until resumed; survives a restart.</summary>
    Paused,

    /// <summary>Another process has the flow; this one takes over when that one ends.</summary>
    Standby,
}

/// <summary>A poller as an operator sees it.</summary>
/// <param name="Pause">Set where it is paused, or will be when the visit under way has ended.</param>
/// <param name="StandBy">Set where another process has the flow: who.</param>
/// <param name="LastVisitAt">When the last visit ended.</param>
/// <param name="DownSince">The first of the visits in a row that met a neighbour down.</param>
public sealed record PollerStatus(
    PollerState State,
    PauseNote? Pause,
    LeaseAnswer.HeldByOther? StandBy,
    DateTimeOffset? LastVisitAt,
    VisitReport? LastVisit,
    DateTimeOffset? DownSince,
    string? LastProblem,
    DateTimeOffset? LastProblemAt,
    long Visits,
    long Delivered,
    long DeadLettered)
{
    /// <summary>Of this process's visits; none while it is paused or another has the flow.</summary>
    public Standstill Standstill { get; init; }

    /// <summary>When the wait under way ends; null at a visit.</summary>
    public DateTimeOffset? NextTurnAt { get; init; }

    /// <summary>Of the visit under way.</summary>
    public DateTimeOffset? VisitBegunAt { get; init; }
}

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
    PollerStatus status = new(PollerState.Stopped, null, null, null, null, null, null, null, 0, 0, 0);
    TaskCompletionSource wake = new();
    int failuresInARow;
    (long From, TimeSpan For)? wait;
    bool hasEnded;

    public string Name => name;

    public FlowLeases Leases => leases;

    public PollerStatus Status
    {
        get
        {
            lock (gate) return status;
        }
    }

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
        lock (gate) status = status with { Pause = note };
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
            Enter(PollerState.Stopped);
        }
    }

    /// <summary>Returns the wait until the next.</summary>
    async Task<TimeSpan> TurnAsync(CancellationToken stopping)
    {
        var answer = await leases.TryAcquireAsync();
        if (answer is LeaseAnswer.Held && IsPaused())
        {
            TellHolder(null);
            Enter(PollerState.Paused);
            return LeaseTimes.StandByInterval;
        }

        if (answer is LeaseAnswer.Held)
        {
            TellHolder(null);
            Enter(PollerState.Visiting);
            (answer, var visited) = await VisitUnderLeaseAsync(stopping);
            if (visited is not null) return After(visited);
        }

        if (answer is LeaseAnswer.HeldByOther other)
        {
            failuresInARow = 0;
            TellHolder(other);
            Enter(PollerState.Standby);
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
        failuresInARow = report.Problem is null ? 0 : failuresInARow + 1;
        Note(report);
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

    bool IsPaused()
    {
        lock (gate) return status.Pause is not null;
    }

    void Enter(PollerState state)
    {
        lock (gate)
        {
            status = status with
            {
                State = state,
                VisitBegunAt = state is PollerState.Visiting ? clock.GetUtcNow() : null,
                Standstill = state is PollerState.Visiting ? status.Standstill : Standstill.None,
            };
        }
    }

    /// <summary>One line when this process begins to stand by, when the holder changes, and when it takes over.</summary>
    void TellHolder(LeaseAnswer.HeldByOther? other)
    {
        LeaseAnswer.HeldByOther? before;
        lock (gate)
        {
            before = status.StandBy;
            status = status with { StandBy = other, DownSince = other is null ? status.DownSince : null };
        }

        if (other is not null && other.Holder != before?.Holder)
            log.LogInformation(LogEvents.Named("poller.standby"), "{Poller}: stands by, the flow is held by {Holder}", name, other.Holder);
        if (other is null && before is not null) log.LogInformation(LogEvents.Named("poller.takeover"), "{Poller}: takes over", name);
    }

    async Task WaitAsync(TimeSpan time, Task woken, CancellationToken stopping)
    {
        lock (gate)
        {
            wait = (clock.GetTimestamp(), time);
            status = status with { NextTurnAt = clock.GetUtcNow() + time };
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(woken, Delays.WaitAsync(time, clock, ending.Token));
        End(ending);
        lock (gate)
        {
            wait = null;
            status = status with { NextTurnAt = null };
        }
    }

    /// <summary>On this thread: CancelAsync would go through the thread pool, and all that this ends is a timer.</summary>
    static void End(CancellationTokenSource pause) => pause.Cancel();

    void Note(VisitReport report)
    {
        var now = clock.GetUtcNow();
        PollerStatus before;
        lock (gate)
        {
            before = status;
            status = status with
            {
                State = PollerState.Waiting,
                VisitBegunAt = null,
                Standstill = status.Standstill.After(report.Settled, report.LeftPending, report.Stage, now),
                LastVisitAt = now,
                LastVisit = report,
                DownSince = report.Problem is null ? null : status.DownSince ?? now,
                LastProblem = report.Problem ?? status.LastProblem,
                LastProblemAt = report.Problem is null ? status.LastProblemAt : now,
                Visits = status.Visits + 1,
                Delivered = status.Delivered + report.Delivered + report.MarkedLate,
                DeadLettered = status.DeadLettered + report.DeadLettered,
            };
        }

        LogChange(before, report, now);
    }

    /// <summary>One line when a problem begins, changes its words or ends, and one for each visit that moved something.</summary>
    void LogChange(PollerStatus before, VisitReport report, DateTimeOffset now)
    {
        if (report.Problem is { } problem && (before.DownSince is null || before.LastProblem != problem))
            log.LogWarning(LogEvents.Named("poller.trouble"),
                "{Poller}: {Problem}; {LeftPending} rows stay PENDING", name, problem, report.LeftPending);
        if (report.Problem is null && before.DownSince is { } since)
            log.LogInformation(LogEvents.Named("poller.well"), "{Poller}: well again after {Down:F0} s", name, (now - since).TotalSeconds);
        if (report.Delivered + report.MarkedLate + report.DeadLettered > 0)
            log.LogInformation(
                LogEvents.Named("poller.visit"),
                "{Poller}: {Delivered} delivered, {MarkedLate} marked late, {DeadLettered} dead letters, {LeftPending} left pending",
                name, report.Delivered, report.MarkedLate, report.DeadLettered, report.LeftPending);
    }
}
