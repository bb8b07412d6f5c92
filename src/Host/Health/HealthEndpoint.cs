using FastEndpoints;

namespace Hobom.Slices.Host.Health;

/// <summary>The process is up and answers. A neighbour's outage is no reason to restart it.</summary>
public sealed class HealthEndpoint : EndpointWithoutRequest<HealthEndpoint.HealthAnswer>
{
    public sealed record HealthAnswer(string Status, int StatusCode, string Message);

    public override void Configure()
    {
        Get("/health");
        RoutePrefixOverride("");
        AllowAnonymous();
        Summary(s =>
        {
            s.Summary = "Whether the process is up";
            s.ResponseExamples[200] = new HealthAnswer("ok", 200, "Service is healthy");
        });
    }

    public override Task HandleAsync(CancellationToken ct) =>
        Send.OkAsync(new HealthAnswer("ok", 200, "Service is healthy"), ct);
}
