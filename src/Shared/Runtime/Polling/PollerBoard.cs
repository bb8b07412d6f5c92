using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Polling;

/// <summary>What a poller shows of itself, and the lines in which it tells that this has changed.</summary>
sealed class PollerBoard(string name, TimeProvider clock, ILogger log)
{
    readonly Lock gate = new();
    PollerStatus status = new(PollerState.Stopped, null, null, null, null, null, null, null, 0, 0, 0);

    public PollerStatus Status
    {
        get
        {
            lock (gate) return status;
        }
    }

    public bool IsPaused => Status.Pause is not null;

    /// <param name="note">Null where it is resumed.</param>
    public void SetPause(PauseNote? note)
    {
        lock (gate) status = status with { Pause = note };
    }

    /// <param name="at">When the wait that begins will end; null where one has ended.</param>
    public void SetNextTurn(DateTimeOffset? at)
    {
        lock (gate) status = status with { NextTurnAt = at };
    }

    public void Enter(PollerState state)
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
    public void TellHolder(LeaseAnswer.HeldByOther? other)
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

    public void Note(VisitReport report)
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
