using System.Diagnostics;
using FastEndpoints;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hobom.Slices.Host.Health;

/// <summary>Whether the processor can do its work, for those who route requests and raise alarms.</summary>
public sealed class ReadyEndpoint(HealthCheckService health) : EndpointWithoutRequest<ReadyEndpoint.ReadyAnswer>
{
    /// <param name="Status">ready; degraded: it works, and somebody should look; unready: it does not, and the answer is 503.</param>
    public sealed record ReadyAnswer(string Status, IReadOnlyList<ReadyCheck> Checks);

    /// <param name="Problem">Null where it is well.</param>
    public sealed record ReadyCheck(string Name, string Status, string? Problem);

    public override void Configure()
    {
        Get("/health/ready");
        RoutePrefixOverride("");
        AllowAnonymous();
        Description(b => b.Produces<ReadyAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Whether the processor can do its work";
            s.Description = "As last seen, some seconds ago; nothing is asked of any neighbour. Restarting helps against none of it: for "
                + "that, see `/health/live`. Unready: Redis does not keep what it is given or may evict it, a topic is missing, or a flow "
                + "has rows to publish and moves none. A process that stands by for another is ready.";
            s.ResponseExamples[200] = new ReadyAnswer(
                "degraded",
                [
                    new ReadyCheck("dead-letters", "degraded", "the append-only file is off: a crash of Redis loses letters"),
                    new ReadyCheck("pollers", "ready", null),
                ]);
            s.ResponseExamples[503] = new ReadyAnswer(
                "unready",
                [
                    new ReadyCheck("dead-letters", "unready", "Redis does not answer"),
                    new ReadyCheck(
                        "pollers", "unready", "messages has rows to publish and has moved none since 2026-11-20 09:12:44Z: stage publish"),
                ]);
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var report = await health.CheckHealthAsync(ct);
        await Send.ResponseAsync(
            new ReadyAnswer(
                NameOf(report.Status), [.. report.Entries.Select(e => new ReadyCheck(e.Key, NameOf(e.Value.Status), e.Value.Description))]),
            report.Status == HealthStatus.Unhealthy ? 503 : 200, ct);
    }

    static string NameOf(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ready",
        HealthStatus.Degraded => "degraded",
        HealthStatus.Unhealthy => "unready",
        _ => throw new UnreachableException($"no word for {status}"),
    };
}
