using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Polling;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Host.Health;

/// <summary>
/// Which flows do not flow. Whoever asks may be a stranger, so the errors themselves, with what backends wrote into them, are
/// told by <c>/pollers</c> only.
/// </summary>
/// <param name="progressLimit">A flow that has rows and moves none for longer makes the process unready.</param>
sealed class PollersCheck(IReadOnlyList<Slice> slices, TimeSpan progressLimit, TimeProvider clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        string[] still =
        [
            .. slices.Select(s => FlowProgress.Fault(
                s.Name, s.Loop.Status, s.Work.LastSettledAt(), s.Work.HasPending(), progressLimit, now)).OfType<string>(),
        ];
        if (still.Length > 0) return Task.FromResult(HealthCheckResult.Unhealthy(string.Join("; ", still)));
        string[] troubles = [.. slices.Select(s => TroubleOf(s.Name, s.Loop.Status)).OfType<string>()];
        return Task.FromResult(
            troubles.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", troubles)));
    }

    static string? TroubleOf(string name, PollerStatus status) =>
        status.Pause is { } pause ? $"{name} is paused since {pause.Since:u}"
        : status.DownSince is { } since ? $"{name} is in trouble since {since:u}"
        : null;
}
