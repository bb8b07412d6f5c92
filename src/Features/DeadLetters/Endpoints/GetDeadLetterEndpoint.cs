using FastEndpoints;
using Hobom.Slices.Core;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Endpoints;

/// <summary>The contract's look at one letter: its payload as JSON.</summary>
public sealed class GetDeadLetterEndpoint(RedisDeadLetterStore store) : EndpointWithoutRequest<object>
{
    public sealed record Answer(object Item);

    public override void Configure()
    {
        Get("/dlq/{key}");
        Policies(Role.Reader);
        Description(b => b.Produces<Answer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Show a dead letter's payload";
            s.Description = "The key is percent-encoded: `dlq%3Amenu%3A<event id>`. A payload that is no JSON comes as `payloadBase64`. "
                + "Callers who are no operators get it masked, and `masked` is true.";
            s.Params["key"] = "dlq:<category>:<event id>";
            s.ResponseExamples[200] = new Answer(new { type = "MAIL_MESSAGE", title = "Welcome", recipient = "a@example.org" });
            s.ResponseExamples[404] = new ErrorAnswer("there is no dead letter dlq:menu:0192f0c1");
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!DeadLetterKeyInRoute.Read(HttpContext).Succeeded(out var key, out var fault))
        {
            await Send.ResponseAsync(new ErrorAnswer(fault.Message), 400, ct);
            return;
        }

        if (!(await store.GetAsync(key)).Succeeded(out var lookup, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        await (lookup switch
        {
            LetterLookup.Found(var letter) when !LetterAccess.SeesAll(User) => Send.BytesAsync(
                [.. "{\"item\":"u8, .. PayloadMask.Mask(key.Category, letter.Payload).Span, .. ",\"masked\":true}"u8],
                contentType: "application/json", cancellation: ct),
            LetterLookup.Found(var letter) when DeadLetterDecisions.IsJson(letter.Payload.Span) => Send.BytesAsync(
                [.. "{\"item\":"u8, .. letter.Payload.Span, (byte)'}'], contentType: "application/json", cancellation: ct),
            LetterLookup.Found(var letter) => Send.OkAsync(
                new { item = (object?)null, payloadBase64 = letter.Payload, note = "the payload is not JSON" }, ct),
            LetterLookup.Unreadable(_, var reason) => Send.ResponseAsync(new ErrorAnswer(reason), 409, ct),
            _ => Send.ResponseAsync(new ErrorAnswer($"there is no dead letter {key}"), 404, ct),
        });
    }
}
