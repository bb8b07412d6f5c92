using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

public sealed class GetStateEndpoint(StateStore store) : EndpointWithoutRequest<object>
{
    public sealed record StateAnswer(string Key, IReadOnlyDictionary<string, string> Fields);

    internal static readonly StateAnswer Example = new("state:user:anna", new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["last_login"] = "2026-01-18T09:12:33.123", ["login_count"] = "41", ["streak_days"] = "8",
    });

    public override void Configure()
    {
        Get("/state/{kind}/{id}");
        Policies(Role.Reader);
        Description(b => b.Produces<StateAnswer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "The state of one entity";
            s.Params["kind"] = "`user`, `chat`, `scan` …: the hash is `state:<kind>:<id>`; with a `stats.` before it, `stats:<kind>:<id>`";
            s.Params["id"] = "of the entity, colons included";
            s.ResponseExamples[200] = Example;
            s.ResponseExamples[404] = new ErrorAnswer("there is no state:user:nobody");
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var (key, fault) = StateRoute.KeyOf(HttpContext);
        if (fault is not null) await Send.ResponseAsync(fault, 400, ct);
        else if (!(await store.GetAsync(key))
            .TryGetRight(out var found, out var failure)) await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else if (found.IsNone) await Send.ResponseAsync(new ErrorAnswer($"there is no {key}"), 404, ct);
        else await Send.OkAsync(new StateAnswer(key.ToString(), found.IfNone(new Dictionary<string, string>())), ct);
    }
}
