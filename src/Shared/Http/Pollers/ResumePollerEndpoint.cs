using Hobom.Slices.Audit;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Http.Pollers;

public sealed class ResumePollerEndpoint(PollerControl pollers, TimeProvider clock) : PollerEndpoint(pollers)
{
    const string Unkept = "resumed, but Redis is away: a restart will pause it again";

    public override void Configure()
    {
        Post("/pollers/{name}/resume");
        Policies(Role.Operator);
        Describe("Resume a poller", "It polls at once. 503 where it is resumed but Redis could not keep that.", unkept: Unkept);
    }

    protected override async Task HandleAsync(Slice slice, CancellationToken ct)
    {
        if (await Pollers.SetPauseAsync(slice, Caller.Of(HttpContext), paused: false))
            await Send.OkAsync(PollerView.Of(slice, clock.GetUtcNow()), ct);
        else await Send.ResponseAsync(new ErrorAnswer(Unkept), 503, ct);
    }
}
