using Hobom.Slices.DeadLetters;
using Hobom.Slices.DeadLetters.Endpoints;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Host.Pollers;

public sealed class ResumePollerEndpoint(PollerDesk desk, TimeProvider clock) : PollerEndpoint(desk)
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
        if (await Desk.SetPauseAsync(slice, Caller.Of(HttpContext), paused: false)) await Send.OkAsync(PollerView.Of(slice, clock.GetUtcNow()), ct);
        else await Send.ResponseAsync(new ErrorAnswer(Unkept), 503, ct);
    }
}
