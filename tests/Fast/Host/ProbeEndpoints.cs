using FastEndpoints;
using Hobom.Slices.Http;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>What the guards are tried with: an endpoint that reads a body, and one that fails.</summary>
public sealed class ProbeBodyEndpoint : Endpoint<ProbeBodyEndpoint.Body, ProbeBodyEndpoint.Body>
{
    public sealed class Body
    {
        public string? Text { get; set; }

        public object? Any { get; set; }
    }

    public override void Configure()
    {
        Post("/probe/body");
        Policies(Role.Operator);
    }

    public override Task HandleAsync(Body req, CancellationToken ct) => Send.OkAsync(req, ct);
}

public sealed class ProbeFailureEndpoint(ILoggerFactory logs) : EndpointWithoutRequest<object>
{
    public override void Configure()
    {
        Get("/probe/failure");
        Policies(Role.Reader);
    }

    public override Task HandleAsync(CancellationToken ct)
    {
        logs.CreateLogger("Probe").LogInformation("about to fail");
        throw new InvalidOperationException("redis:6379,password=hunter2\r\nwarn: forged line");
    }
}
