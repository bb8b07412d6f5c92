using System.Diagnostics;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

public sealed class IncrementStateEndpoint(StateStore store, AuditTrail trail)
    : Endpoint<IncrementStateEndpoint.IncrementRequest, object>
{
    public sealed class IncrementRequest
    {
        public string? Field { get; set; }

        /// <summary>1 where it is not given; may be below zero.</summary>
        public long? Amount { get; set; }
    }

    public sealed record IncrementAnswer(string Key, string Field, long Value);

    public override void Configure()
    {
        Post("/state/{kind}/{id}/increment");
        Policies(Role.Editor);
        Description(b => b.Produces<IncrementAnswer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Count on a field of an entity's state";
            s.Description = "Not to be sent again after a time-out: it may have been counted.";
            s.ExampleRequest = new IncrementRequest { Field = "credits", Amount = 5 };
            s.ResponseExamples[200] = new IncrementAnswer("state:user:anna", "credits", 12);
            s.ResponseExamples[400] = new ErrorAnswer("field is missing") { Field = "field" };
            s.ResponseExamples[409] = new ErrorAnswer("ERR hash value is not an integer");
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(IncrementRequest req, CancellationToken ct)
    {
        var (key, fault) = StateRoute.KeyOf(HttpContext);
        fault ??= string.IsNullOrEmpty(req.Field) ? new ErrorAnswer("field is missing") { Field = "field" } : null;
        if (fault is not null)
        {
            await Send.ResponseAsync(fault, 400, ct);
            return;
        }

        if (!(await trail.BeginAsync(Caller.Of(HttpContext), "increment state", [key.ToString()]))
            .TryGetRight(out var audited, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var counted = await store.IncrementAsync(key, req.Field!, req.Amount ?? 1);
        await audited.EndAsync(counted.Match(Right: c => c is Incremented.To ? "done" : "refused: no number", Left: f => f.Message));
        if (!counted.TryGetRight(out var result, out failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        await (result switch
        {
            Incremented.To(var value) => Send.OkAsync(new IncrementAnswer(key.ToString(), req.Field!, value), ct),
            Incremented.NotANumber(var reason) => Send.ResponseAsync(new ErrorAnswer(reason), 409, ct),
            _ => throw new UnreachableException(),
        });
    }
}
