using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Repair.Endpoints;

public sealed class UndoEditEndpoint(LetterEditor editor, LetterFeed feed) : EndpointWithoutRequest<object>
{
    public override void Configure()
    {
        Delete("/dlq/{key}/edit");
        Policies(Role.Editor);
        Description(b => b.Produces<EditDeadLetterEndpoint.EditAnswer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404)
            .Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Undo the edit of a dead letter";
            s.Description = "The letter holds the payload that failed again, byte for byte.";
            s.Params["key"] = DeadLetterKeyInRoute.Description;
            s.ResponseExamples[200] = new EditDeadLetterEndpoint.EditAnswer("the payload that failed is back", "dlq:menu:0192f0c1", [], 0);
            s.ResponseExamples[400] = new ErrorAnswer("a dead letter key begins with 'dlq:'") { Field = "key" };
            s.ResponseExamples[404] = new ErrorAnswer("there is no dead letter dlq:menu:0192f0c1");
            s.ResponseExamples[503] = new ErrorAnswer("Redis does not answer within 2 s");
            s.ResponseExamples[409] = new ErrorAnswer("the letter is not edited");
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!DeadLetterKeyInRoute.Read(HttpContext).TryGetRight(out var key, out var malformed))
        {
            await Send.ResponseAsync(new ErrorAnswer(malformed.Message) { Field = "key" }, 400, ct);
            return;
        }

        var (status, answer) = EditDeadLetterEndpoint.AnswerTo(await editor.UndoAsync(key, Caller.Of(HttpContext)), key);
        await feed.FollowAsync();
        await Send.ResponseAsync(answer, status, ct);
    }
}
