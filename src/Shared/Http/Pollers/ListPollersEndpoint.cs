using FastEndpoints;

namespace Hobom.Slices.Http.Pollers;

public sealed class ListPollersEndpoint(PollerControl pollers, TimeProvider clock) : EndpointWithoutRequest<ListPollersEndpoint.PollerList>
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
        Send.OkAsync(new PollerList([.. pollers.Slices.Select(s => PollerView.For(User, s, clock.GetUtcNow()))]), ct);
}
