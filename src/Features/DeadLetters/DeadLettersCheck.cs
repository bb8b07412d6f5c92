using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.DeadLetters;

/// <summary>
/// Whether letters can be kept and shown. Without their store nothing is published either, for the ledger is there too.
/// </summary>
sealed class DeadLettersCheck(DeadLettersParts parts) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(parts.Store.Last.Match(
            Left: failure => HealthCheckResult.Unhealthy(
                failure.Refusal is { } refusal ? $"Redis refuses: {refusal}" : "Redis does not answer"),
            Right: store =>
                store.Refusal is { } refusal ? HealthCheckResult.Unhealthy($"Redis refuses writes: {refusal}")
                : !parts.Catalogue.IsLoaded ? HealthCheckResult.Unhealthy("the letters are being read")
                : store.MayEvict ? HealthCheckResult.Unhealthy(string.Join("; ", store.Problems))
                : store.Problems.Count > 0 ? HealthCheckResult.Degraded(string.Join("; ", store.Problems))
                : HealthCheckResult.Healthy()));
}
