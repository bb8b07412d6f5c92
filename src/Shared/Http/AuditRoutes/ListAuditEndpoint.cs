using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http.AuditRoutes;

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

    internal static AuditEntry Audited { get; } = new(
        "01957b2f8c0a7d1e9a4b3c2d1e0f9a8b", new DateTimeOffset(2026, 3, 5, 12, 0, 0, TimeSpan.Zero), AuditEntry.Outcome, "anna", "10.0.0.7",
        "trace-1", "discard", "sent by hand", ["dlq:menu:0192f0c1"], null, "1 done, 0 refused");

    public override void Configure()
    {
        Get("/audit");
        Policies(Role.Auditor);
        Description(b => b.Produces<AuditList>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "List what people did";
            s.Description =
                "Each action has two entries of one id: the intent before it took effect, and the outcome. An intent alone is an "
                + "action whose end nobody saw. A page may be short and still have a `next`.";
            s.Params["actor"] = "the name of a key";
            s.Params["action"] = "replay, hold, extend, release, discard, restore, pause poller …";
            s.Params["key"] = "of a letter, or the name of a poller";
            Paging.Describe(s);
            s.ResponseExamples[200] = new AuditList([Audited], "1772712001000-0");
            s.ResponseExamples[400] = new ErrorAnswer("limit must be a number from 1 to 1000") { Field = "limit" };
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(AuditQuery req, CancellationToken ct)
    {
        var fields = new QueryFields(HttpContext.Request.Query);
        var filter = fields.Filter();
        var (limit, cursor) = fields.Page(StreamCursor.Parse);
        if (fields.End() is { } wrong) await Send.ResponseAsync(wrong, 400, ct);
        else if (!(await audit.PageAsync(filter, limit, cursor)).TryGetRight(out var page, out var failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(new AuditList(page.Entries, page.Next), ct);
    }
}
