using Hobom.Slices.Core;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http.DryRuns;

/// <summary>
/// What a flow would make of rows that somebody writes down. Nothing is sent, stored or marked, so a reader may ask; what a
/// reader may not see of a letter is masked here too.
/// </summary>
/// <typeparam name="TAnswer">The body of a 200.</typeparam>
public abstract class DryRunEndpoint<TAnswer>(PollerControl pollers, TimeProvider clock, string name) : PollerEndpoint(pollers, name)
    where TAnswer : notnull
{
    protected abstract string What { get; }

    protected abstract TAnswer Example { get; }

    public override void Configure()
    {
        Post(Path + "/dry-run");
        Policies(Role.Reader);
        Description(b => b.Produces<TAnswer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404));
        Summary(s =>
        {
            s.Summary = "Dry run of a row";
            s.Description = What
                + " Times and keys that tell the time are those of now. A row that would be refused is a 200 with the reason; "
                + "what is no row is a 400 that says what is wrong where. Callers who are no operators get values masked, and `masked` is "
                + "true.";
            s.ResponseExamples[200] = Example;
            s.ResponseExamples[400] = new ErrorAnswer("there is no field 'recipent'") { Field = "payload.recipent" };
            s.ResponseExamples[404] = new ErrorAnswer($"no poller '{PollerName}' runs; there are: messages, logs");
        });
    }

    protected override async Task HandleAsync(Slice slice, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await HttpContext.Request.Body.CopyToAsync(body, ct);
        var ran = await RunAsync(body.ToArray(), new DryRun(slice, clock.GetUtcNow(), !Role.SeesAll(User)));
        if (ran.TryGetRight(out var answer, out var fault)) await Send.OkAsync(answer, ct);
        else
            await Send.ResponseAsync(
                new ErrorAnswer(fault.Message) { Field = fault.Field, Line = fault.Line, Position = fault.Position },
                StatusCodes.Status400BadRequest, ct);
    }

    protected abstract Task<Either<RowFault, TAnswer>> RunAsync(ReadOnlyMemory<byte> body, DryRun run);
}
