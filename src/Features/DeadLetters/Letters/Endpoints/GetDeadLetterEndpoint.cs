using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>The contract's look at one letter: its payload as JSON, and beside it all that is known.</summary>
public sealed class GetDeadLetterEndpoint(LetterAnswers letters) : EndpointWithoutRequest<object>
{
    /// <param name="Item">The payload as it is.</param>
    public sealed record WholeLetter(object Item, LetterView Letter)
    {
        /// <summary>Of an edited letter: the payload that failed.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public object? Original { get; init; }
    }

    public override void Configure()
    {
        Get("/dlq/{key}");
        Policies(Role.Reader);
        Description(b => b.Produces<WholeLetter>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(409)
            .Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Show a dead letter";
            s.Description = "The key is percent-encoded: `dlq%3Amenu%3A<event id>`. `item` is the payload; one that is no JSON comes as "
                + "`payloadBase64`. Of an edited letter, `original` is the payload that failed. A discarded letter is shown until its "
                + "discard is final. The internal key gets the payload as it is; all others get it masked, `masked` is true, and "
                + "`POST …/unmask` shows it with a reason. Errors and headers are masked too for callers who are no operators.";
            s.Params["key"] = DeadLetterKeyInRoute.Description;
            s.Params["masked"] = "true: masked for the internal key too";
            s.ResponseExamples[200] = LetterExamples.WholeLetter;
            s.ResponseExamples[400] = new ErrorAnswer("a dead letter key begins with 'dlq:'") { Field = "key" };
            s.ResponseExamples[404] = new ErrorAnswer("there is no dead letter dlq:menu:0192f0c1");
            s.ResponseExamples[409] = new ErrorAnswer(RedisReading.OtherType);
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!DeadLetterKeyInRoute.Read(HttpContext).TryGetRight(out var key, out var fault))
        {
            await Send.ResponseAsync(new ErrorAnswer(fault.Message) { Field = "key" }, 400, ct);
            return;
        }

        if (!IsMaskAsked(out var masked))
        {
            await Send.ResponseAsync(new ErrorAnswer("masked is true or false") { Field = "masked" }, 400, ct);
            return;
        }

        var sight = new LetterSight(Role.SeesAll(User), Role.SeesPayloads(User) && !masked);
        if ((await letters.OfAsync(key, sight)).TryGetRight(out var answer, out var refusal))
            await Send.BytesAsync(answer, contentType: "application/json", cancellation: ct);
        else await Send.ResponseAsync(refusal.Error, refusal.Status, ct);
    }

    /// <returns>False where it is neither yes nor no.</returns>
    bool IsMaskAsked(out bool masked)
    {
        var text = HttpContext.Request.Query["masked"].ToString();
        return bool.TryParse(text, out masked) || text.Length == 0;
    }
}
