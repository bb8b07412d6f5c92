using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Host.Health;

/// <summary>
/// Which topics are not there, and which take no records. Whoever asks may be a stranger: the error's name, and none of Kafka's
/// words.
/// </summary>
/// <param name="missing">As last seen: events for them cannot go anywhere.</param>
sealed class TopicsCheck(TopicCircuits circuits, Func<IReadOnlyList<string>> missing) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var absent = missing();
        string[] troubles =
        [
            .. absent.Select(topic => $"topic {topic} is not there, or Kafka does not let this account see it"),
            .. circuits.States().Select(TroubleOf).OfType<string>(),
        ];
        var told = string.Join("; ", troubles);
        return Task.FromResult(
            absent.Count > 0 ? HealthCheckResult.Unhealthy(told)
            : troubles.Length > 0 ? HealthCheckResult.Degraded(told)
            : HealthCheckResult.Healthy());
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
