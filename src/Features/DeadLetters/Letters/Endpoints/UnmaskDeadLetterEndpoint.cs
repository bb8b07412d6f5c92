using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>One letter with its payload as it is. Who asked and why is written down first: where it cannot be, nothing is shown.</summary>
public sealed class UnmaskDeadLetterEndpoint(LetterAnswers letters, AuditTrail trail) : Endpoint<UnmaskRequest, object>
{
    public override void Configure()
    {
        Post("/dlq/{key}/unmask");
        Policies(Role.Payload);
        Description(b => b.Produces<GetDeadLetterEndpoint.WholeLetter>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404)
            .Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Show a dead letter unmasked";
            s.Description = "Answers as `GET /dlq/{key}` does, with payload, headers and errors as they are. The audit keeps who, which "
                + "letter, when and why, before anything is shown; where it cannot, 503 and nothing is shown. Nothing of the answer is to "
                + "be kept: the next look is masked again.";
            s.Params["key"] = DeadLetterKeyInRoute.Description;
            s.ExampleRequest = new UnmaskRequest { Reason = "ticket 4711: the recipient says that nothing came" };
            s.ResponseExamples[200] = LetterExamples.WholeLetter;
            s.ResponseExamples[400] = new ErrorAnswer("reason is required") { Field = "reason" };
            s.ResponseExamples[404] = new ErrorAnswer("there is no dead letter dlq:menu:0192f0c1");
            s.ResponseExamples[409] = new ErrorAnswer(RedisReading.OtherType);
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(UnmaskRequest req, CancellationToken ct)
    {
        if (!DeadLetterKeyInRoute.Read(HttpContext).TryGetRight(out var key, out var malformed))
        {
            await Send.ResponseAsync(new ErrorAnswer(malformed.Message) { Field = "key" }, 400, ct);
            return;
        }

        if (!req.CheckReason().TryGetRight(out var reason, out var fault))
        {
            await Send.ResponseAsync(fault, 400, ct);
            return;
        }

        if (!(await trail.BeginAsync(Caller.Of(HttpContext), "unmask", [key.Format()], reason))
                .TryGetRight(out var begun, out var unwritten))
        {
            await Send.ResponseAsync(new ErrorAnswer(unwritten.Message), 503, ct);
            return;
        }

        var found = await letters.OfAsync(key, new LetterSight(Record: true, Payload: true));
        await begun.EndAsync(found.Match(_ => "shown", refused => refused.Error.Error));
        if (found.TryGetRight(out var answer, out var refusal))
            await Send.BytesAsync(answer, contentType: "application/json", cancellation: ct);
        else await Send.ResponseAsync(refusal.Error, refusal.Status, ct);
    }
}
