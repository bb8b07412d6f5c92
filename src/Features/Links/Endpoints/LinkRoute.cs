using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Links.Endpoints;

/// <summary>What the routes of links share: 503 until the store is open, refusals, what readers see, the audit.</summary>
public abstract class LinkRoute(LinksSlice slice) : EndpointWithoutRequest<object>
{
    protected static ErrorAnswer NotOpen { get; } = new("the store is not open yet");

    protected static ErrorAnswer NoSuchLink { get; } = new("no link has this id");

    /// <summary>Readers see no metadata.</summary>
    protected bool SeesAll => Role.SeesAll(HttpContext.User);

    protected LinkId Id => new(RoutePart.Of(HttpContext, "id"));

    public sealed override async Task HandleAsync(CancellationToken ct)
    {
        if (slice.Open is { } links) await HandleAsync(links, ct);
        else await RefuseAsync(503, NotOpen, ct);
    }

    protected abstract Task HandleAsync(LinkRegister links, CancellationToken ct);

    protected Task RefuseAsync(int status, ErrorAnswer answer, CancellationToken ct) => Send.ResponseAsync(answer, status, ct);

    protected Task RefuseAsync(StoreFailure failure, CancellationToken ct) => RefuseAsync(503, new ErrorAnswer(failure.Message), ct);

    /// <summary>Does it between the two lines of the audit; refuses where the first cannot be written.</summary>
    /// <param name="act">Answers the caller and says what came of it.</param>
    protected async Task AuditAsync(string action, string key, Func<Task<string>> act, CancellationToken ct)
    {
        if (!(await slice.Trail.BeginAsync(Caller.Of(HttpContext), action, [key])).TryGetRight(out var begun, out var failure))
        {
            await RefuseAsync(502, new ErrorAnswer(failure.Message), ct);
            return;
        }

        await begun.EndAsync(await act());
    }

    protected void Describe(string summary, string description, object example, params (int Status, ErrorAnswer Example)[] refusals)
    {
        Description(b =>
        {
            b.Produces(StatusCodes.Status200OK, example.GetType());
            foreach (var (status, _) in refusals) b.Produces<ErrorAnswer>(status);
            b.Produces<ErrorAnswer>(503);
        });
        Summary(s =>
        {
            (s.Summary, s.Description) = (summary, description);
            s.ResponseExamples[200] = example;
            foreach (var (status, answer) in refusals) s.ResponseExamples[status] = answer;
            s.ResponseExamples[503] = NotOpen;
        });
    }
}
