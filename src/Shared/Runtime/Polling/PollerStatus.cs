using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;

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
