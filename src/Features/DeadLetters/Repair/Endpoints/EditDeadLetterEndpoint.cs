using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Repair.Endpoints;

/// <summary>What a letter is to hold, and why.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class EditDeadLetterRequest
{
    /// <summary>The payload itself; its bytes are taken as they stand in the request.</summary>
    public JsonElement? Payload { get; set; }

    /// <summary>Or as a text: what is wrong in it is then told by its own lines.</summary>
    public string? PayloadText { get; set; }

    public string? Reason { get; set; }

    /// <summary>Of the payload that the editor was shown, as the letter has it: 409 where it holds another one by now.</summary>
    public string? PayloadSha256 { get; set; }
}

public sealed class EditDeadLetterEndpoint(LetterEditor editor, LetterFeed feed) : Endpoint<EditDeadLetterRequest, object>
{
    /// <param name="Changes">From the payload that failed to this one; of many, the first.</param>
    public sealed record EditAnswer(string Message, string Key, IReadOnlyList<LetterChange> Changes, int ChangeCount);

    public override void Configure()
    {
        Put("/dlq/{key}");
        Policies(Role.Editor);
        Description(b => b.Produces<EditAnswer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(409)
            .Produces<ErrorAnswer>(422).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Edit a dead letter's payload";
            s.Description =
                "Checked as the flow checks its rows, and for what its consumers refuse: 422 with the reason. Id, category, key and "
                + "topic stay as they are. The payload that failed is kept until the letter is delivered, and `DELETE …/edit` brings it "
                + "back. A "
                + "letter that holds a row no record could be made of takes the mended row, of which the flow makes the value, or the "
                + "value itself; "
                + "then it can be replayed. The record says `edited: 1`. With `payloadSha256`, as the letter that was looked at has it, "
                + "what somebody else has edited since is not written over: 409.";
            s.Params["key"] = DeadLetterKeyInRoute.Description;
            s.ExampleRequest = new EditDeadLetterRequest
            {
                Payload = JsonSerializer.SerializeToElement(new
                {
                    type = "MAIL_MESSAGE", title = "Welcome", body = "…", recipient = "a@example.org", sentAt = "2026-03-05T12:00:00Z",
                }),
                Reason = "the recipient was misspelt",
                PayloadSha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            };
            s.ResponseExamples[200] = new EditAnswer("edited", "dlq:menu:0192f0c1", [new LetterChange("replace", "/recipient")], 1);
            s.ResponseExamples[400] = new ErrorAnswer("payloadText is not JSON: line 3, position 14")
            {
                Field = "payloadText", Line = 3, Position = 14,
            };
            s.ResponseExamples[404] = new ErrorAnswer("there is no dead letter dlq:menu:0192f0c1");
            s.ResponseExamples[503] = new ErrorAnswer("Redis does not answer within 2 s");
            s.ResponseExamples[409] = new ErrorAnswer("anna replays it since 2026-03-05 12:00:00Z");
            s.ResponseExamples[422] = new ErrorAnswer("the message has no recipient") { Field = "payload" };
        });
    }

    public override async Task HandleAsync(EditDeadLetterRequest req, CancellationToken ct)
    {
        if (!DeadLetterKeyInRoute.Read(HttpContext).TryGetRight(out var key, out var malformed))
            await Send.ResponseAsync(new ErrorAnswer(malformed.Message) { Field = "key" }, 400, ct);
        else if (Read(req, out var payload) is { } fault) await Send.ResponseAsync(fault, 400, ct);
        else
        {
            var (status, answer) = AnswerTo(await editor.EditAsync(
                key, payload, req.Reason!, Caller.Of(HttpContext), req.PayloadSha256), key);
            await feed.FollowAsync();
            await Send.ResponseAsync(answer, status, ct);
        }
    }

    /// <summary>Of the edit, and of its undoing.</summary>
    internal static (int Status, object Answer) AnswerTo(RepairAnswer answer, DeadLetterKey key) => answer switch
    {
        RepairAnswer.Done(null) => (200, new EditAnswer("the payload that failed is back", key.Format(), [], 0)),
        RepairAnswer.Done(var edit) => (200, new EditAnswer("edited", key.Format(), edit!.Changes, edit.ChangeCount)),
        RepairAnswer.NoLetter => (404, new ErrorAnswer($"there is no dead letter {key}")),
        RepairAnswer.BadPayload(var reason) => (422, new ErrorAnswer(reason) { Field = "payload" }),
        RepairAnswer.Refused(var reason) => (409, new ErrorAnswer(reason)),
        RepairAnswer.StoreDown(var failure) => (503, new ErrorAnswer(failure.Message)),
        _ => throw new UnreachableException($"no answer to {answer}"),
    };

    static ErrorAnswer? Read(EditDeadLetterRequest req, out byte[] payload)
    {
        payload = [];
        if (ReasonText.FaultOf(req.Reason) is { } fault) return fault;
        if (req.PayloadSha256 is { } seen && (seen.Length != 64 || !seen.All(char.IsAsciiHexDigit)))
            return new ErrorAnswer("payloadSha256 is 64 hexadecimal digits") { Field = "payloadSha256" };
        if (req.Payload is null == req.PayloadText is null)
            return new ErrorAnswer("either payload or payloadText is required") { Field = "payload" };
        payload = req.Payload is { } value ? JsonMarshal.GetRawUtf8Value(value).ToArray() : Encoding.UTF8.GetBytes(req.PayloadText!);
        return req.PayloadText is null ? FaultOf(payload, "payload") : SyntaxFaultOf(payload) ?? FaultOf(payload, "payloadText");
    }

    static ErrorAnswer? FaultOf(byte[] json, string field) =>
        !Utf8.IsValid(json) ? new ErrorAnswer($"{field} is not UTF-8") { Field = field }
        : !JsonText.IsUnicode(json) ? new ErrorAnswer($"{field} holds text that is not Unicode") { Field = field }
        : null;

    static ErrorAnswer? SyntaxFaultOf(byte[] text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return null;
        }
        catch (JsonException e)
        {
            var (line, position) = ((e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1);
            return new ErrorAnswer(
                $"payloadText is not JSON: line {line}, position {position}") { Field = "payloadText", Line = line, Position = position };
        }
    }
}
