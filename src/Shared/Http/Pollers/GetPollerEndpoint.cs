using Hobom.Slices.Runtime;

namespace Hobom.Slices.Http.Pollers;

public sealed class GetPollerEndpoint(PollerControl pollers, TimeProvider clock) : PollerEndpoint(pollers)
{
    public override void Configure()
    {
        Get("/pollers/{name}");
        Policies(Role.Reader);
        Describe("How a poller is", "Its state, the last visit's counts, the lag of the oldest pending row, the last trouble.");
    }

    protected override Task HandleAsync(Slice slice, CancellationToken ct) =>
        Send.OkAsync(PollerView.For(User, slice, clock.GetUtcNow()), ct);
}
