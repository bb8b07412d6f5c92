using Hobom.Slices.Audit;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Http.Pollers;

public abstract class PausePollerEndpoint(PollerControl pollers, TimeProvider clock, string name) : PollerEndpoint(pollers, name)
{
    const string Unkept = "paused, but Redis is away: a restart will resume it";

    public override void Configure()
    {
        Post(Path + "/pause");
        Policies(Role.Operator);
        Describe(
            "Pause a poller",
            "From the next visit on, until resumed; a restart keeps it. 503 where it is paused but Redis could not keep that.",
            unkept: Unkept);
    }

    protected override async Task HandleAsync(Slice slice, CancellationToken ct)
    {
        if (await Pollers.SetPauseAsync(slice, Caller.Of(HttpContext), paused: true))
            await Send.OkAsync(PollerView.Of(slice, clock.GetUtcNow()), ct);
        else await Send.ResponseAsync(new ErrorAnswer(Unkept), 503, ct);
    }
}
