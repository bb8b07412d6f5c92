using FastEndpoints;

namespace Hobom.Slices.Host.Pollers;

public sealed class ListPollersEndpoint(PollerDesk desk, TimeProvider clock) : EndpointWithoutRequest<ListPollersEndpoint.Answer>
{
    public sealed record Answer(IReadOnlyList<PollerView> Items);

    public override void Configure()
    {
        Get("/pollers");
        Summary(s => s.Summary = "Every poller that runs, and how it is");
    }

    public override Task HandleAsync(CancellationToken ct) =>
        Send.OkAsync(new Answer([.. desk.Slices.Select(s => PollerView.Of(s, clock.GetUtcNow()))]), ct);
}
