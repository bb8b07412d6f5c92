using FastEndpoints;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http.Pollers;

/// <summary>What the routes of one poller share: the name in the route, and 404 for one that does not run.</summary>
public abstract class PollerEndpoint(PollerControl pollers) : EndpointWithoutRequest<object>
{
    protected PollerControl Pollers => pollers;

    public override async Task HandleAsync(CancellationToken ct)
    {
        var name = Route<string>("name") ?? "";
        if (pollers.Find(name) is { } slice) await HandleAsync(slice, ct);
        else
            await Send.ResponseAsync(
                new ErrorAnswer($"no poller '{name}' runs; there are: {string.Join(", ", pollers.Slices.Select(s => s.Name))}"), 404, ct);
    }

    protected abstract Task HandleAsync(Slice slice, CancellationToken ct);

    /// <param name="unkept">What is told with 503 by a change that Redis could not keep; null for what changes nothing.</param>
    protected void Describe(string summary, string description, int success = StatusCodes.Status200OK, string? unkept = null)
    {
        Description(b =>
        {
            b.Produces<PollerView>(success).Produces<ErrorAnswer>(404);
            if (unkept is not null) b.Produces<ErrorAnswer>(503);
        });
        Summary(s =>
        {
            s.Summary = summary;
            s.Description = description;
            s.Params["name"] = "messages, logs, space, space-logs or law";
            s.ResponseExamples[success] = PollerExamples.Poller;
            s.ResponseExamples[404] = new ErrorAnswer("no poller 'mesages' runs; there are: messages, logs");
            if (unkept is not null) s.ResponseExamples[503] = new ErrorAnswer(unkept);
        });
    }
}
