using FastEndpoints;
using Hobom.Slices.Core;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Endpoints;

/// <summary>Who did what, the newest first.</summary>
public sealed class ListAuditEndpoint(RedisAuditLog audit) : Endpoint<ListAuditEndpoint.AuditQuery, object>
{
    public sealed class AuditQuery
    {
        [QueryParam]
        public string? Actor { get; set; }

        [QueryParam]
        public string? Action { get; set; }

        [QueryParam]
        public string? Key { get; set; }

        [QueryParam]
        public string? Limit { get; set; }

        [QueryParam]
        public string? Cursor { get; set; }
    }

    public sealed record AuditList(IReadOnlyList<AuditEntry> Entries, string? Next);

    public override void Configure()
    {
        Get("/audit");
        Policies(Role.Auditor);
        Description(b => b.Produces<AuditList>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "List what people did";
            s.Description = "Each action has two entries of one id: the intent before it took effect, and the outcome. An intent alone is an "
                + "action whose end nobody saw. A page may be short and still have a `next`.";
            s.Params["actor"] = "the name of a key";
            s.Params["action"] = "replay, hold, extend, release, discard, restore, pause poller …";
            s.Params["key"] = "of a letter, or the name of a poller";
            s.Params["limit"] = "up to 1000; 50 where it is not given";
            s.Params["cursor"] = "the `next` of the page before";
            s.ResponseExamples[200] = new AuditList([Examples.Audited], "1772712001000-0");
            s.ResponseExamples[400] = new ErrorAnswer("limit must be a number from 1 to 1000") { Field = "limit" };
            s.ResponseExamples[503] = Examples.RedisAway;
        });
    }

    public override async Task HandleAsync(AuditQuery req, CancellationToken ct)
    {
        var fields = new QueryFields(HttpContext.Request.Query);
        var filter = new AuditFilter(fields.Text("actor"), fields.Text("action"), fields.Key("key"));
        var (limit, cursor) = (fields.Number("limit", 50, 1000), fields.StreamCursor("cursor"));
        if (fields.End() is { } wrong) await Send.ResponseAsync(wrong, 400, ct);
        else if (!(await audit.PageAsync(filter, limit, cursor)).Succeeded(out var page, out var failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(new AuditList(page.Entries, page.Next), ct);
    }
}
