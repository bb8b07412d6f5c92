using Hobom.Slices.Audit;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http.Pollers;

public abstract class PollNowEndpoint(PollerControl pollers, TimeProvider clock, string name) : PollerEndpoint(pollers, name)
{
    public override void Configure()
    {
        Post(Path + "/poll");
        Policies(Role.Operator);
        Describe(
            "Poll now", "Ends the wait between two visits; during a visit, another follows at once. A paused poller stays paused.",
            StatusCodes.Status202Accepted);
    }

    protected override async Task HandleAsync(Slice slice, CancellationToken ct)
    {
        await Pollers.PollNowAsync(slice, Caller.Of(HttpContext));
        await Send.ResponseAsync(PollerView.Of(slice, clock.GetUtcNow()), 202, ct);
    }
}
