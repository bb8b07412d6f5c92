using Hobom.Slices.Audit;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Http.Pollers;

public abstract class ResumePollerEndpoint(PollerControl pollers, TimeProvider clock, string name) : PollerEndpoint(pollers, name)
{
    const string Unkept = "resumed, but Redis is away: a restart will pause it again";

    public override void Configure()
    {
        Post(Path + "/resume");
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
