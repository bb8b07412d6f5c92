using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Host.Health;

/// <summary>Whether a flow moves its rows, as a stranger may be told: no word of a backend's. Pure.</summary>
static class FlowProgress
{
    /// <summary>Null where it moves, has nothing to move, is paused, or is another process's.</summary>
    /// <param name="lastSettledAt">When it last closed an event, during the visit under way too.</param>
    /// <param name="hasPending">The outbox last said that there are rows.</param>
    /// <param name="limit">So long without one closed event is too long.</param>
    public static string? Fault(
        string name, PollerStatus status, DateTimeOffset? lastSettledAt, bool hasPending, TimeSpan limit, DateTimeOffset now)
    {
        if (status.Pause is not null || status.State is PollerState.Standby or PollerState.Stopped) return null;
        if (status.Standstill.IsOver(limit, now))
            return $"{name} has rows to publish and has moved none since {status.Standstill.Since:u}: stage {status.Standstill.Stage}";
        if (status is not { State: PollerState.Visiting, VisitBegunAt: { } begun } || !hasPending) return null;
        var moved = lastSettledAt > begun ? lastSettledAt.Value : begun;
        return now - moved > limit
            ? $"{name} has rows to publish and has moved none since {moved:u}: a visit does not end"
            : null;
    }
}
