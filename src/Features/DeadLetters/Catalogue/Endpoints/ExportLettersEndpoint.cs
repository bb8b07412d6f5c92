using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Replays.Endpoints;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

/// <summary>Which letters, and as what.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class ExportLettersRequest
{
    /// <summary>csv or json.</summary>
    public string? Format { get; set; }

    public LetterSelection? Filter { get; set; }
}

/// <summary>Lists as files: what the list shows, errors masked, no payloads.</summary>
public sealed class ExportLettersEndpoint(LetterCatalogue catalogue, AuditTrail trail, LetterKinds kinds, TimeProvider clock)
    : Endpoint<ExportLettersRequest, object>
{
    public override void Configure()
    {
        Post("/dlq/export");
        Policies(Role.Operator);
        Description(b => b.Produces<IReadOnlyList<LetterView>>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Export a list of dead letters";
            s.Description = $"As CSV or JSON, the oldest failure first, {ListExport.LineLimit} letters at most. What lists show: errors "
                + "masked, no payloads. In CSV, what a spreadsheet would take for a formula has a `'` before it. It stands in the audit.";
            s.ExampleRequest = new ExportLettersRequest { Format = "csv", Filter = new LetterSelection { Category = "menu" } };
            s.ResponseExamples[200] = new[] { LetterExamples.Letter };
            s.ResponseExamples[400] = ListExport.BadFormat();
            s.ResponseExamples[503] = LetterExamples.NotLoaded;
        });
    }

    public override async Task HandleAsync(ExportLettersRequest req, CancellationToken ct)
    {
        var fields = LetterSelection.FieldsOf(req.Filter);
        var filter = fields.Filter(kinds);
        if (!ListExport.IsFormat(req.Format)) await Send.ResponseAsync(ListExport.BadFormat(), 400, ct);
        else if (fields.Fault is { } wrong) await Send.ResponseAsync(wrong with { Field = $"filter.{wrong.Field}" }, 400, ct);
        else if (!catalogue.IsLoaded) await Send.ResponseAsync(LetterExamples.NotLoaded, 503, ct);
        else await ExportAsync(req, filter, ct);
    }

    async Task ExportAsync(ExportLettersRequest req, LetterFilter filter, CancellationToken ct)
    {
        var set = ListExport.SetOf(req.Filter ?? new LetterSelection());
        var begun = await trail.BeginAsync(Caller.Of(HttpContext), "export", [], reason: null, set);
        if (!begun.TryGetRight(out var audited, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var now = clock.GetUtcNow();
        LetterView[] letters = [.. catalogue.Page(filter, ListExport.LineLimit, null).Letters.Select(l => LetterView.Of(l, now))];
        await audited.EndAsync($"{letters.Length} letters");
        if (req.Format == "csv") await Send.BytesAsync(LetterCsv.Of(letters), contentType: Csv.MediaType, cancellation: ct);
        else await Send.OkAsync(letters, ct);
    }
}
