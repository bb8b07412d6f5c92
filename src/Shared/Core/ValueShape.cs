using System.Diagnostics;
using System.Text.Json;
using System.Text.Unicode;

namespace Hobom.Slices.Core;

/// <summary>A field of a JSON object that others read.</summary>
/// <param name="Kind">The only kind they take: a null is never one.</param>
public sealed record ShapeField(string Name, JsonValueKind Kind = JsonValueKind.String, bool Optional = false);

/// <summary>Whether a JSON value is exactly what strict consumers take: these fields, of these kinds, and never one more.</summary>
public static class ValueShape
{
    public const string NotUtf8 = "the payload is not UTF-8";
    public const string NotUnicode = "the payload holds text that is not Unicode";

    /// <summary>Hands the parsed value to a check; what is no JSON at all says so with its place.</summary>
    public static string? Check(ReadOnlyMemory<byte> value, Func<JsonElement, string?> check)
    {
        if (!Utf8.IsValid(value.Span)) return NotUtf8;
        try
        {
            using var json = JsonDocument.Parse(value);
            return JsonText.IsUnicode(value.Span) ? check(json.RootElement) : NotUnicode;
        }
        catch (JsonException e)
        {
            return $"the payload is not JSON: line {e.LineNumber + 1}, position {e.BytePositionInLine + 1}";
        }
    }

    /// <param name="what">The object's name in the reason: <c>the message</c>.</param>
    /// <returns>The first fault, or null.</returns>
    public static string? Fault(JsonElement value, string what, IReadOnlyList<ShapeField> fields)
    {
        if (value.ValueKind != JsonValueKind.Object) return $"{what} is not a JSON object";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            var field = fields.FirstOrDefault(f => f.Name == property.Name);
            if (field is null) return $"{what} has a field that consumers refuse: {Shown(property.Name)}";
            if (!seen.Add(field.Name)) return $"{what} has its {field.Name} twice";
            if (property.Value.ValueKind != field.Kind) return $"{what}'s {field.Name} is not {Words(field.Kind)}";
        }

        return fields.FirstOrDefault(f => !f.Optional && !seen.Contains(f.Name)) is { } missing
            ? $"{what} has no {missing.Name}"
            : null;
    }

    static string Shown(string name) => JsonEncodedText.Encode(name.Length <= 40 ? name : name[..40]).ToString();

    static string Words(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => throw new UnreachableException($"no field is declared as {kind}"),
    };
}
