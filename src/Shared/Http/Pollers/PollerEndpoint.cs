using FastEndpoints;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http.Pollers;

/// <summary>What the routes of one poller share: its name in the path, and 404 where it does not run.</summary>
/// <param name="name">The poller's; or <see cref="AnyName"/>, and then the path tells it.</param>
public abstract class PollerEndpoint(PollerControl pollers, string name) : EndpointWithoutRequest<object>
{
    /// <summary>Routes that are a slice's own win over those with this.</summary>
    public const string AnyName = "{name}";

    protected PollerControl Pollers => pollers;

    protected string PollerName => name;

    protected string Path => $"/pollers/{name}";

    public override async Task HandleAsync(CancellationToken ct)
    {
        var asked = name == AnyName ? Route<string>("name") ?? "" : name;
        if (pollers.Find(asked) is { } slice) await HandleAsync(slice, ct);
        else
            await Send.ResponseAsync(
                new ErrorAnswer($"no poller '{asked}' runs; there are: {string.Join(", ", pollers.Slices.Select(s => s.Name))}"), 404, ct);
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
            if (name == AnyName) s.Params["name"] = "one of those that GET /pollers lists";
            s.ResponseExamples[success] = PollerExamples.Poller;
            s.ResponseExamples[404] = new ErrorAnswer("no poller 'mesages' runs; there are: messages, logs");
            if (unkept is not null) s.ResponseExamples[503] = new ErrorAnswer(unkept);
        });
    }
}
