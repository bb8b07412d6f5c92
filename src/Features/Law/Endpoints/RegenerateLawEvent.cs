using System.Diagnostics;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Law.Endpoints;

public sealed class RegenerateLawEvent(PollerControl pollers, LawFlow flow, AuditTrail trail, TimeProvider clock)
    : LawEventEndpoint(pollers, trail, clock)
{
    protected override string Done => "made again, saved and marked SENT";

    public override void Configure()
    {
        Post(Path + "/events/{eventId}/regenerate");
        Policies(Role.Operator);
        DescribeEvent(
            "Have study material made again",
            "Forgets the text that is kept for the event's input, has the LLM make another, which is paid for, saves it and closes "
                + "the event. Refused (409) where the material is saved. Where a save was begun without anybody seeing its end, "
                + "`?confirm=unknown` says that it may be saved a second time.",
            "its study material is saved, since 2026-03-05 12:00:00Z: it cannot be made again",
            (404, new ErrorAnswer("there is neither a dead letter nor a pending row of 0192f0c1")),
            (422, new ErrorAnswer("the law change has no changes")));
    }

    protected override async Task HandleAsync(Slice slice, CancellationToken ct)
    {
        if (LawEventInRoute.Read(HttpContext) is not { } id)
        {
            await Send.ResponseAsync(LawEventInRoute.Fault, 400, ct);
            return;
        }

        var fields = new QueryFields(HttpContext.Request.Query);
        var confirmation = fields.Text("confirm") switch
        {
            null => Confirmation.None,
            "unknown" => Confirmation.SendAgain,
            _ => fields.Refuse<Confirmation>("confirm", "must be unknown"),
        };
        if (fields.End() is { } misspelt) await Send.ResponseAsync(misspelt, 400, ct);
        else if ((await flow.FindAsync(id, ct)).TryGetRight(out var law, out var none))
            await RunAsync(slice, id, Action(confirmation), caller => flow.RegenerateAsync(law, caller.Actor, confirmation), ct);
        else await Send.ResponseAsync(new ErrorAnswer(none.Message), StatusOf(none), ct);
    }

    static string Action(Confirmation confirmation) =>
        confirmation is Confirmation.SendAgain ? "regenerate, outcome unknown confirmed" : "regenerate";

    static int StatusOf(NoLawEvent none) => none switch
    {
        NoLawEvent.Missing => 404,
        NoLawEvent.Refused => 422,
        NoLawEvent.Away => 502,
        _ => throw new UnreachableException($"no answer to {none}"),
    };
}
