using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Broker;

/// <summary>
/// Whether events can be stored and given out. Whoever asks may be a stranger: names of consumers, and no error's words.
/// </summary>
/// <param name="alone">There is nothing beside the broker: without its store the process does nothing.</param>
public sealed class BrokerCheck(BrokerSlice slice, bool alone) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(slice.Watch.Last switch
        {
            null => Stopped("the broker's store is not open yet"),
            { Failure: not null } => Stopped("the broker's store does not answer"),
            { Troubles: { Count: > 0 } troubles } => HealthCheckResult.Degraded(string.Join("; ", troubles)),
            _ => HealthCheckResult.Healthy(),
        });

    HealthCheckResult Stopped(string why) => alone ? HealthCheckResult.Unhealthy(why) : HealthCheckResult.Degraded(why);
}
