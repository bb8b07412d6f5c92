using FastEndpoints;
using Hobom.Slices.DeadLetters.Endpoints;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Host.Pollers;

/// <summary>What the routes of one poller share: the name in the route, and 404 for one that does not run.</summary>
public abstract class PollerEndpoint(PollerDesk desk) : EndpointWithoutRequest<object>
{
    protected PollerDesk Desk => desk;

    public override async Task HandleAsync(CancellationToken ct)
    {
        var name = Route<string>("name") ?? "";
        if (desk.Find(name) is { } slice) await HandleAsync(slice, ct);
        else
            await Send.ResponseAsync(
                new ErrorAnswer($"no poller '{name}' runs; there are: {string.Join(", ", desk.Slices.Select(s => s.Name))}"), 404, ct);
    }

    protected abstract Task HandleAsync(Slice slice, CancellationToken ct);

    protected void Describe(string summary, string description)
    {
        Description(b => b.Produces<PollerView>().Produces<ErrorAnswer>(404));
        Summary(s =>
        {
            s.Summary = summary;
            s.Description = description;
            s.Params["name"] = "messages, logs, space, space-logs or law";
        });
    }
}
