using System.Text.Json;

namespace Hobom.Slices.Broker;

/// <summary>
/// Whether every document that one JSON Schema takes is taken by another one too. What cannot be compared counts as a fault:
/// a doubt is refused. One thing is let through on purpose: a new optional property, although an old document might have held
/// it in another form.
/// </summary>
public static class SchemaCompatibility
{
    const int DepthLimit = 64;

    /// <summary>Compared by their text alone: what they mean together is not judged.</summary>
    static readonly string[] Opaque =
    [
        "$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "pattern", "format", "const", "multipleOf", "contains",
        "patternProperties", "propertyNames", "dependencies", "dependentRequired", "dependentSchemas", "prefixItems",
        "unevaluatedProperties", "additionalItems",
    ];

    /// <summary>Limits of which a smaller one takes less.</summary>
    static readonly string[] Upper = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

    static readonly string[] Lower = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];

    /// <summary>Why the newer version breaks the promise; none where it keeps it.</summary>
    public static IReadOnlyList<string> Faults(SchemaPromise promise, JsonElement older, JsonElement newer) => promise switch
    {
        SchemaPromise.None => [],
        SchemaPromise.Backward => [.. Narrowed(older, newer, "", 0)],
        SchemaPromise.Forward => [.. Narrowed(newer, older, "", 0).Select(f => $"for readers of the old version: {f}")],
        SchemaPromise.Full =>
            [.. Faults(SchemaPromise.Backward, older, newer), .. Faults(SchemaPromise.Forward, older, newer)],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Where the reader's schema takes less than the writer's.</summary>
    static IEnumerable<string> Narrowed(JsonElement writer, JsonElement reader, string at, int depth)
    {
        var here = at.Length == 0 ? "/" : at;
        if (depth > DepthLimit) return [$"{here}: nested deeper than {DepthLimit}"];
        if (TakesAll(reader)) return [];
        if (reader.ValueKind is JsonValueKind.False)
            return writer.ValueKind is JsonValueKind.False ? [] : [$"{here}: nothing is taken any more"];
        if (TakesAll(writer)) writer = Empty;
        if (writer.ValueKind is not JsonValueKind.Object || reader.ValueKind is not JsonValueKind.Object) return [];
        return
        [
            .. Types(writer, reader, here), .. Enums(writer, reader, here), .. Limits(writer, reader, here),
            .. Opaque.Where(name => !Same(writer, reader, name)).Where(name => reader.TryGetProperty(name, out _))
                .Select(name => $"{here}: '{name}' is new or not the same"),
            .. Required(writer, reader, here), .. Additional(writer, reader, at, depth), .. Properties(writer, reader, at, depth),
            .. Items(writer, reader, at, depth),
        ];
    }

    static IEnumerable<string> Types(JsonElement writer, JsonElement reader, string here)
    {
        if (TypesOf(reader) is not { } taken) return [];
        if (TypesOf(writer) is not { } written) return [$"{here}: the type was free"];
        return written.Where(t => !taken.Contains(t) && !(t == "integer" && taken.Contains("number")))
            .Select(t => $"{here}: type {t} is not taken any more");
    }

    static IEnumerable<string> Enums(JsonElement writer, JsonElement reader, string here)
    {
        if (!reader.TryGetProperty("enum", out var taken) || taken.ValueKind is not JsonValueKind.Array) return [];
        if (!writer.TryGetProperty("enum", out var written) || written.ValueKind is not JsonValueKind.Array)
            return [$"{here}: the values were free"];
        return written.EnumerateArray().Where(w => !taken.EnumerateArray().Any(t => JsonElement.DeepEquals(t, w)))
            .Select(w => $"{here}: the value {w.GetRawText()} is not taken any more");
    }

    static IEnumerable<string> Limits(JsonElement writer, JsonElement reader, string here)
    {
        foreach (var (name, sign) in Upper.Select(n => (n, 1)).Concat(Lower.Select(n => (n, -1))))
        {
            if (NumberOf(reader, name) is not { } taken) continue;
            if (NumberOf(writer, name) is not { } written || sign * written > sign * taken) yield return $"{here}: '{name}' is narrower";
        }

        if (IsTrue(reader, "uniqueItems") && !IsTrue(writer, "uniqueItems")) yield return $"{here}: 'uniqueItems' is new";
    }

    static IEnumerable<string> Required(JsonElement writer, JsonElement reader, string here) =>
        NamesIn(reader, "required").Except(NamesIn(writer, "required"), StringComparer.Ordinal)
            .Select(name => $"{here}: '{name}' is required, and was not");

    /// <summary>What the writer may add must be taken.</summary>
    static IEnumerable<string> Additional(JsonElement writer, JsonElement reader, string at, int depth)
    {
        if (!reader.TryGetProperty("additionalProperties", out var taken)) return [];
        var written = writer.TryGetProperty("additionalProperties", out var given) ? given : True;
        var faults = Narrowed(written, taken, $"{at}/additionalProperties", depth + 1);
        // A property that the reader does not name any more is an additional one to it.
        var dropped = MembersOf(writer, "properties").Where(p => !MembersOf(reader, "properties").ContainsKey(p.Key));
        return faults.Concat(dropped.SelectMany(p => Narrowed(p.Value, taken, $"{at}/{p.Key}", depth + 1)));
    }

    static IEnumerable<string> Properties(JsonElement writer, JsonElement reader, string at, int depth) =>
        MembersOf(reader, "properties").Where(p => MembersOf(writer, "properties").ContainsKey(p.Key))
            .SelectMany(p => Narrowed(MembersOf(writer, "properties")[p.Key], p.Value, $"{at}/{p.Key}", depth + 1));

    static IEnumerable<string> Items(JsonElement writer, JsonElement reader, string at, int depth) =>
        reader.TryGetProperty("items", out var taken)
            ? Narrowed(writer.TryGetProperty("items", out var written) ? written : True, taken, $"{at}/[]", depth + 1)
            : [];

    static JsonElement True { get; } = JsonDocument.Parse("true").RootElement;

    static JsonElement Empty { get; } = JsonDocument.Parse("{}").RootElement;

    static bool TakesAll(JsonElement schema) =>
        schema.ValueKind is JsonValueKind.True || (schema.ValueKind is JsonValueKind.Object && !schema.EnumerateObject().Any());

    static bool Same(JsonElement one, JsonElement other, string name) =>
        one.TryGetProperty(name, out var a) == other.TryGetProperty(name, out var b)
        && (a.ValueKind is JsonValueKind.Undefined || JsonElement.DeepEquals(a, b));

    static IReadOnlyList<string>? TypesOf(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? null
        : type.ValueKind is JsonValueKind.String ? [type.GetString()!]
        : type.ValueKind is JsonValueKind.Array ? [.. type.EnumerateArray().Select(t => t.ToString())]
        : null;

    static double? NumberOf(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetDouble() : null;

    static bool IsTrue(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;

    static IEnumerable<string> NamesIn(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Array
            ? value.EnumerateArray().Select(v => v.ToString())
            : [];

    static Dictionary<string, JsonElement> MembersOf(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Object
            ? value.EnumerateObject().GroupBy(p => p.Name, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal)
            : [];
}
