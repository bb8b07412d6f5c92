using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Host.Health;

/// <summary>Which topics take no records. Whoever asks may be a stranger: the error's name, and none of Kafka's words.</summary>
sealed class TopicsCheck(TopicCircuits circuits) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string[] troubles = [.. circuits.States().Select(TroubleOf).OfType<string>()];
        return Task.FromResult(
            troubles.Length == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", troubles)));
    }

    static string? TroubleOf(TopicCircuitState state) => state is { OpenSince: { } since, Last: { } last }
        ? $"topic {state.Topic} takes no records since {since:u}: {last.Code} ({WordsOf(last.Scope)})"
        : null;

    static string WordsOf(FaultScope scope) => scope switch
    {
        FaultScope.Topic => "this topic",
        FaultScope.Account => "this account",
        FaultScope.Cluster => "the whole cluster",
        FaultScope.Process => "this process",
        FaultScope.None or FaultScope.Record or FaultScope.Unclear => "cause unclear",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
