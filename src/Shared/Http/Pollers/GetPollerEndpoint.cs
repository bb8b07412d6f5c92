using Hobom.Slices.Runtime;

namespace Hobom.Slices.Http.Pollers;

public abstract class GetPollerEndpoint(PollerControl pollers, TimeProvider clock, string name) : PollerEndpoint(pollers, name)
{
    public override void Configure()
    {
        Get(Path);
        Policies(Role.Reader);
        Describe("How a poller is", "Its state, the last visit's counts, the lag of the oldest pending row, the last trouble.");
    }

    protected override Task HandleAsync(Slice slice, CancellationToken ct) =>
        Send.OkAsync(PollerView.For(User, slice, clock.GetUtcNow()), ct);
}
