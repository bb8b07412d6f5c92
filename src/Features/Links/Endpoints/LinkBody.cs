using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;

namespace Hobom.Slices.Links.Endpoints;

/// <summary>A link as callers write it. The metadata's text is taken out of the body as it is.</summary>
static class LinkBody
{
    static readonly string[] Members =
    [
        "source_module", "source_entity_type", "source_entity_id", "target_module", "target_entity_type", "target_entity_id", "link_type",
        "metadata",
    ];

    public static async Task<Either<ErrorAnswer, Link>> ReadAsync(Stream body, CancellationToken ct)
    {
        try
        {
            using var parsed = await JsonDocument.ParseAsync(body, default, ct);
            return JsonText.IsUnicode(parsed.RootElement)
                ? Read(parsed.RootElement)
                : new ErrorAnswer("the link holds text that is not Unicode");
        }
        catch (JsonException notJson)
        {
            return new ErrorAnswer(notJson.Message);
        }
    }

    static Either<ErrorAnswer, Link> Read(JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object) return new ErrorAnswer("a link is a JSON object");
        ErrorAnswer? fault = null;
        foreach (var member in body.EnumerateObject())
        {
            if (!Members.Contains(member.Name, StringComparer.Ordinal))
                fault ??= new ErrorAnswer($"'{member.Name}' is no field of a link") { Field = member.Name };
            else if (member.Name != "metadata" && member.Value.ValueKind is not JsonValueKind.String)
                fault ??= new ErrorAnswer($"{member.Name} is no text") { Field = member.Name };
        }

        if (fault is not null) return fault;
        var word = Text(body, "link_type");
        if ((word.Length == 0 ? LinkType.Reference : LinkTypes.Of(word)) is not { } type)
            return new ErrorAnswer($"link_type '{word}' is none of {string.Join(", ", LinkTypes.All.Select(t => t.Word()))}")
            {
                Field = "link_type",
            };
        return new Link(End(body, "source"), End(body, "target"), type, Metadata(body));
    }

    static EntityRef End(JsonElement body, string end) =>
        new(Text(body, $"{end}_module"), Text(body, $"{end}_entity_type"), Text(body, $"{end}_entity_id"));

    static string Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) ? value.GetString()! : "";

    static string? Metadata(JsonElement body) =>
        body.TryGetProperty("metadata", out var value) && value.ValueKind is not JsonValueKind.Null ? value.GetRawText() : null;
}
