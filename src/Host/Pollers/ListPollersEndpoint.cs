using FastEndpoints;
using Hobom.Slices.DeadLetters.Endpoints;

namespace Hobom.Slices.Host.Pollers;

public sealed class ListPollersEndpoint(PollerDesk desk, TimeProvider clock) : EndpointWithoutRequest<ListPollersEndpoint.PollerList>
{
    public sealed record PollerList(IReadOnlyList<PollerView> Items);

    public override void Configure()
    {
        Get("/pollers");
        Policies(Role.Reader);
        Summary(s =>
        {
            s.Summary = "Every poller that runs, and how it is";
            s.ResponseExamples[200] = new PollerList([PollerExamples.Poller]);
        });
    }

    public override Task HandleAsync(CancellationToken ct) =>
        Send.OkAsync(new PollerList([.. desk.Slices.Select(s => PollerView.For(User, s, clock.GetUtcNow()))]), ct);
}
