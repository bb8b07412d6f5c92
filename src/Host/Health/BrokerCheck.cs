using Hobom.Slices.Broker;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Host.Health;

/// <summary>Whether the broker's store is open.</summary>
/// <param name="alone">There is nothing beside the broker: without its store the process does nothing.</param>
sealed class BrokerCheck(BrokerSlice broker, bool alone) : IHealthCheck
{
    const string Closed = "the store of the broker has not opened yet";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            broker.Open is not null ? HealthCheckResult.Healthy()
            : alone ? HealthCheckResult.Unhealthy(Closed)
            : HealthCheckResult.Degraded(Closed));
}
