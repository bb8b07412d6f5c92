using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Polling;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Host.Health;

/// <summary>
/// Which flows do not flow. Whoever asks may be a stranger, so the errors themselves, with what backends wrote into them, are
/// told by <c>/pollers</c> only.
/// </summary>
sealed class PollersCheck(IReadOnlyList<Slice> slices) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string[] troubles = [.. slices.Select(s => TroubleOf(s.Name, s.Loop.Status)).OfType<string>()];
        return Task.FromResult(
            troubles.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", troubles)));
    }

    static string? TroubleOf(string name, PollerStatus status) =>
        status.Pause is { } pause ? $"{name} is paused since {pause.Since:u}"
        : status.DownSince is { } since ? $"{name} is in trouble since {since:u}"
        : null;
}
