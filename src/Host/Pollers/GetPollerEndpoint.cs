using Hobom.Slices.DeadLetters.Endpoints;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Host.Pollers;

public sealed class GetPollerEndpoint(PollerDesk desk, TimeProvider clock) : PollerEndpoint(desk)
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
