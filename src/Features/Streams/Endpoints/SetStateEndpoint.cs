using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

public sealed class SetStateEndpoint(StateStore store, AuditTrail trail) : Endpoint<SetStateEndpoint.SetStateRequest, object>
{
    const int FieldLimit = 100;

    public sealed class SetStateRequest
    {
        public Dictionary<string, string>? Fields { get; set; }

        /// <summary>A duration such as 30d; without it, the lifetime of the key's class.</summary>
        public string? Ttl { get; set; }
    }

    public override void Configure()
    {
        Put("/state/{kind}/{id}");
        Policies(Role.Editor);
        Description(b => b.Produces<GetStateEndpoint.StateAnswer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Set fields of an entity's state";
            s.Description = "Fields that are not named stay. Fields and lifetime are set in one step, and it is audited.";
            s.ExampleRequest = new SetStateRequest { Fields = new() { ["plan"] = "gold" }, Ttl = "30d" };
            s.ResponseExamples[200] = GetStateEndpoint.Example;
            s.ResponseExamples[400] = new ErrorAnswer("fields must have from 1 to 100 fields") { Field = "fields" };
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(SetStateRequest req, CancellationToken ct)
    {
        var (key, fault) = StateRoute.KeyOf(HttpContext);
        var life = req.Ttl is null ? null : Durations.Parse(req.Ttl);
        fault ??= req.Fields is not { Count: > 0 and <= FieldLimit } || req.Fields.Any(f => f.Key.Length == 0 || f.Value is null)
                ? new ErrorAnswer($"fields must have from 1 to {FieldLimit} fields, each with a name and a text") { Field = "fields" }
            : req.Ttl is not null && life is not { TotalMilliseconds: >= 1 }
                ? new ErrorAnswer("ttl must be a duration: 90s, 30m, 12h or 3d") { Field = "ttl" }
            : null;
        if (fault is not null)
        {
            await Send.ResponseAsync(fault, 400, ct);
            return;
        }

        if (!(await trail.BeginAsync(Caller.Of(HttpContext), "set state", [key.ToString()])).TryGetRight(out var audited, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var set = await store.SetAsync(key, req.Fields!, life);
        await audited.EndAsync(set.Match(Right: _ => "done", Left: f => f.Message));
        if (!set.TryGetRight(out _, out failure) || !(await store.GetAsync(key)).TryGetRight(out var now, out failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(new GetStateEndpoint.StateAnswer(key.ToString(), now.IfNone(new Dictionary<string, string>())), ct);
    }
}
