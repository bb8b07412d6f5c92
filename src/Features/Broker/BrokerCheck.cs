using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Broker;

/// <summary>
/// Whether events can be stored and given out. Whoever asks may be a stranger: names of consumers, and no error's words.
/// </summary>
public sealed class BrokerCheck(BrokerSlice slice) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(slice.Watch.Last switch
        {
            null => HealthCheckResult.Unhealthy("the broker's store is not open yet"),
            { Failure: not null } => HealthCheckResult.Unhealthy("the broker's store does not answer"),
            { Troubles: { Count: > 0 } troubles } => HealthCheckResult.Degraded(string.Join("; ", troubles)),
            _ => HealthCheckResult.Healthy(),
        });
}
