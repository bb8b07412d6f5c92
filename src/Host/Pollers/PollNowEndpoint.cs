using Hobom.Slices.DeadLetters;
using Hobom.Slices.DeadLetters.Endpoints;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Host.Pollers;

public sealed class PollNowEndpoint(PollerDesk desk, TimeProvider clock) : PollerEndpoint(desk)
{
    public override void Configure()
    {
        Post("/pollers/{name}/poll");
        Policies(Role.Operator);
        Describe(
            "Poll now", "Ends the wait between two visits; during a visit, another follows at once. A paused poller stays paused.",
            StatusCodes.Status202Accepted);
    }

    protected override async Task HandleAsync(Slice slice, CancellationToken ct)
    {
        await Desk.PollNowAsync(slice, Caller.Of(HttpContext));
        await Send.ResponseAsync(PollerView.Of(slice, clock.GetUtcNow()), 202, ct);
    }
}
