using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class NoteGroupRequest
{
    /// <summary>Empty takes the note away.</summary>
    public string? Text { get; set; }
}

/// <summary>What the next operator should know of a cause.</summary>
public sealed class NoteGroupEndpoint(LetterCatalogue catalogue, GroupNotes notes, AuditTrail trail, TimeProvider clock)
    : Endpoint<NoteGroupRequest, object>
{
    public sealed record NoteAnswer(GroupNote? Note);

    public override void Configure()
    {
        Put("/dlq/groups/{group}/note");
        Policies(Role.Operator);
        Description(b => b.Produces<NoteAnswer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Write a note at a group of dead letters";
            s.Description = $"Up to {GroupNotes.LengthLimit} characters; an empty text takes the note away. It stands with the group, with "
                + "who wrote it and when, and goes with the group's last letter. It is in the audit.";
            s.Params["group"] = "a group's id";
            s.ExampleRequest = new NoteGroupRequest { Text = "the mail service is down until noon; hold these" };
            s.ResponseExamples[200] = new NoteAnswer(LetterExamples.Note);
            s.ResponseExamples[400] = TooLong;
            s.ResponseExamples[404] = new ErrorAnswer("there is no such group of letters");
            s.ResponseExamples[503] = LetterExamples.NotLoaded;
        });
    }

    static ErrorAnswer TooLong => new($"text must not be longer than {GroupNotes.LengthLimit} characters") { Field = "text" };

    public override async Task HandleAsync(NoteGroupRequest req, CancellationToken ct)
    {
        var (group, text) = (Route<string>("group") ?? "", req.Text?.Trim() ?? "");
        if (text.Length > GroupNotes.LengthLimit) await Send.ResponseAsync(TooLong, 400, ct);
        else if (!catalogue.IsLoaded) await Send.ResponseAsync(LetterExamples.NotLoaded, 503, ct);
        else if (catalogue.Letters.All(l => l.Cause.GroupId != group))
            await Send.ResponseAsync(new ErrorAnswer("there is no such group of letters"), 404, ct);
        else await WriteAsync(group, text, ct);
    }

    async Task WriteAsync(string group, string text, CancellationToken ct)
    {
        var caller = Caller.Of(HttpContext);
        var note = text.Length == 0 ? null : new GroupNote(text, caller.Actor, clock.GetUtcNow());
        var begun = await trail.BeginAsync(caller, "note group", [], text.Length == 0 ? null : text, $"group {group}");
        if (!begun.TryGetRight(out var audited, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var written = await notes.WriteAsync(group, note);
        await audited.EndAsync(written.Match(Right: _ => note is null ? "taken away" : "written", Left: f => f.Message));
        if (written.TryGetRight(out _, out failure)) await Send.OkAsync(new NoteAnswer(note), ct);
        else await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
    }
}
