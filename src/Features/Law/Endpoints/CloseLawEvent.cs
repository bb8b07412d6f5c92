using Hobom.Slices.Audit;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Law.Endpoints;

public sealed class CloseLawEvent(PollerControl pollers, LawFlow flow, AuditTrail trail, TimeProvider clock)
    : LawEventEndpoint(pollers, trail, clock)
{
    protected override string Done => "closed as saved: the row is marked SENT, and no letter is left";

    public override void Configure()
    {
        Post(Path + "/events/{eventId}/close");
        Policies(Role.Operator);
        DescribeEvent(
            "Close a law change as saved",
            "For one whose save was begun without anybody seeing its end, once somebody has seen the study material in the "
                + "backend: nothing is generated or saved, the row is marked SENT and the dead letter, if there is one, removed. As a "
                + "replay of its letter with `?confirm=delivered`; here the letter need not be there yet. 409 where nothing is in doubt.",
            "no save of it was begun whose end is unknown: there is nothing to close");
    }

    protected override async Task HandleAsync(Slice slice, CancellationToken ct)
    {
        if (LawEventInRoute.Read(HttpContext) is not { } id) await Send.ResponseAsync(LawEventInRoute.Fault, 400, ct);
        else await RunAsync(slice, id, "close as delivered", caller => flow.CloseAsSavedAsync(id, caller.Actor), ct);
    }
}
