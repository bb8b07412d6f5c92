using FastEndpoints;
using Hobom.Slices.Core;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Endpoints;

/// <summary>The contract's list: every key, the oldest failure first.</summary>
public sealed class ListDeadLettersEndpoint(RedisDeadLetterStore store) : EndpointWithoutRequest<object>
{
    public sealed record Answer(IReadOnlyList<string> Items);

    public override void Configure()
    {
        Get("/dlq");
        Policies(Role.Reader);
        Description(b => b.Produces<Answer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "List dead letters";
            s.Description = "All keys, or those that begin with `prefix` (`dlq:` and no glob character), the oldest failure first.";
            s.ResponseExamples[200] = new Answer(["dlq:menu:0192f0c1", "dlq:log:66f1a"]);
            s.ResponseExamples[400] = new ErrorAnswer("prefix must begin with 'dlq:'");
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!DeadLetterDecisions.ParsePrefix(Query<string>("prefix", isRequired: false)).Succeeded(out var prefix, out var fault))
            await Send.ResponseAsync(new ErrorAnswer(fault.Message), 400, ct);
        else if (!(await store.ListAsync(prefix)).Succeeded(out var keys, out var failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(new Answer([.. keys.Select(k => k.Format())]), ct);
    }
}
