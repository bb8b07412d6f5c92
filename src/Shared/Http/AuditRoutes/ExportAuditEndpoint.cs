using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http.AuditRoutes;

/// <summary>Which entries, and as what.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class ExportAuditRequest
{
    /// <summary>csv or json.</summary>
    public string? Format { get; set; }

    public AuditSelection? Filter { get; set; }
}

/// <summary>The same choice as the list's parameters.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class AuditSelection
{
    public string? Actor { get; set; }

    public string? Action { get; set; }

    public string? Key { get; set; }
}

/// <summary>The audit as a file.</summary>
public sealed class ExportAuditEndpoint(RedisAuditLog audit, AuditTrail trail) : Endpoint<ExportAuditRequest, object>
{
    const int PageSize = 1000;

    static readonly string[] Columns = ["at", "phase", "actor", "address", "action", "keys", "set", "reason", "result", "traceId", "id"];

    public override void Configure()
    {
        Post("/audit/export");
        Policies(Role.Auditor);
        Description(b => b.Produces<AuditEntry[]>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Export what people did";
            s.Description = $"As CSV or JSON, the newest first, {ListExport.LineLimit} entries at most. In CSV, what a spreadsheet "
                + "would take for a formula has a `'` before it, and the keys of one entry stand in one cell. "
                + "It stands in the audit, and so in the file.";
            s.ExampleRequest = new ExportAuditRequest { Format = "csv", Filter = new AuditSelection { Actor = "anna" } };
            s.ResponseExamples[200] = new[] { ListAuditEndpoint.Audited };
            s.ResponseExamples[400] = ListExport.BadFormat();
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(ExportAuditRequest req, CancellationToken ct)
    {
        var chosen = req.Filter ?? new AuditSelection();
        var fields = QueryFields.Of(("actor", chosen.Actor), ("action", chosen.Action), ("key", chosen.Key));
        var filter = fields.Filter();
        if (!ListExport.IsFormat(req.Format)) await Send.ResponseAsync(ListExport.BadFormat(), 400, ct);
        else if (fields.Fault is { } wrong) await Send.ResponseAsync(wrong with { Field = $"filter.{wrong.Field}" }, 400, ct);
        else await ExportAsync(req.Format!, filter, ListExport.SetOf(chosen), ct);
    }

    async Task ExportAsync(string format, AuditFilter filter, string set, CancellationToken ct)
    {
        var begun = await trail.BeginAsync(Caller.Of(HttpContext), "export audit", [], reason: null, set);
        if (!begun.TryGetRight(out var audited, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var read = await ReadAsync(filter, ct);
        await audited.EndAsync(read.Match(e => $"{e.Count} entries", f => f.Message));
        if (!read.TryGetRight(out var entries, out failure)) await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else if (format == "json") await Send.OkAsync(entries, ct);
        else await Send.BytesAsync(Csv.Of(Columns, entries.Select(Cells)), contentType: Csv.MediaType, cancellation: ct);
    }

    async Task<Either<StoreFailure, List<AuditEntry>>> ReadAsync(AuditFilter filter, CancellationToken ct)
    {
        var entries = new List<AuditEntry>();
        StreamCursor? from = null;
        do
        {
            ct.ThrowIfCancellationRequested();
            var read = await audit.PageAsync(filter, Math.Min(PageSize, ListExport.LineLimit - entries.Count), from);
            if (!read.TryGetRight(out var page, out var failure)) return failure;
            entries.AddRange(page.Entries);
            from = page.Next is { } next ? StreamCursor.Parse(next) : null;
        }
        while (from is not null && entries.Count < ListExport.LineLimit);

        return entries;
    }

    static string?[] Cells(AuditEntry entry) =>
    [
        Csv.Time(entry.At), entry.Phase, entry.Actor, entry.Address, entry.Action, string.Join(' ', entry.Keys), entry.Set, entry.Reason,
        entry.Result, entry.TraceId, entry.Id,
    ];
}
