using System.Text.Json;
using Hobom.Slices.Protos.Outbox.Law;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>Why a letter's payload is no law change.</summary>
public sealed record PayloadFault(string Message);

/// <summary>
/// A law change as its dead letter holds it: <c>{"diffId", "changes": [{"articleNo", "changeType", "before",
/// "after"}]}</c>, each name always there. A contract with letters that older and newer builds have written.
/// </summary>
public static class LawPayloadText
{
    public static byte[] Format(LawChangedPayload payload) => LawRecord.Shape.Encode(payload);

    public static Either<PayloadFault, LawChangedPayload> Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var payload = new LawChangedPayload { DiffId = TextOf(json.RootElement, "diffId") };
            payload.Changes.AddRange(json.RootElement.GetProperty("changes").EnumerateArray().Select(ChangeOf));
            return payload;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new PayloadFault($"the letter's payload is no law change: {e.Message}");
        }
    }

    static LawArticleChange ChangeOf(JsonElement change) => new()
    {
        ArticleNo = TextOf(change, "articleNo"),
        ChangeType = TextOf(change, "changeType"),
        Before = TextOf(change, "before"),
        After = TextOf(change, "after"),
    };

    static string TextOf(JsonElement owner, string name) => owner.GetProperty(name).GetString() ?? "";
}
