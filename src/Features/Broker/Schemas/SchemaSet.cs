using System.Text;
using System.Text.Json;
using Hobom.Slices.Core;
using LanguageExt;
using NJsonSchema;
using NJsonSchema.Validation;

namespace Hobom.Slices.Broker.Schemas;

/// <summary>The schemas as they are now, ready to be asked. Immutable: a change is another set.</summary>
public sealed class SchemaSet
{
    /// <summary>The library's time for reading grows with their square.</summary>
    const int ReferenceLimit = 1000;

    readonly Dictionary<(string Type, int Version), KnownSchema> known = [];
    readonly Dictionary<string, int[]> versions = new(StringComparer.Ordinal);

    SchemaSet(IReadOnlyList<EventSchema> all) => All = all;

    public static SchemaSet Empty { get; } = new([]);

    public IReadOnlyList<EventSchema> All { get; }

    /// <summary>
    /// One that cannot be read is told and left out: its type's other versions go on. One that cannot be applied is told and stays:
    /// what it would judge is refused by that name.
    /// </summary>
    public static async Task<(SchemaSet Set, IReadOnlyList<string> Faults)> OfAsync(IReadOnlyList<EventSchema> all)
    {
        var set = new SchemaSet(all);
        var faults = new List<string>();
        foreach (var schema in all)
        {
            if ((await ReadAsync(schema)).TryGetRight(out var read, out var fault)) set.known[(schema.Type, schema.Version)] = read;
            if ((fault ?? read?.Fault) is { } told) faults.Add($"{schema.Type} version {schema.Version}: {told}");
        }

        foreach (var type in set.known.Keys.GroupBy(k => k.Type, StringComparer.Ordinal))
            set.versions[type.Key] = [.. type.Select(k => k.Version).Order()];
        return (set, faults);
    }

    /// <summary>Left: why the document is no schema, or the patch none.</summary>
    internal static async Task<Either<string, KnownSchema>> ReadAsync(EventSchema schema)
    {
        try
        {
            using var document = JsonDocument.Parse(schema.Document);
            if (RefersElsewhere(document.RootElement)) return "a $ref leads out of the document";
            if (References(document.RootElement) > ReferenceLimit) return $"more than {ReferenceLimit} $refs";
            if (BadType(document.RootElement, "") is { } fault) return fault;
            var read = await JsonSchema.FromJsonAsync(schema.Document);
            var unsound = SchemaSoundness.Fault(read);
            if (schema.Upcast is null) return new KnownSchema(read, null, unsound);
            using var patch = JsonDocument.Parse(schema.Upcast);
            return JsonPatch.Parse(patch.RootElement).TryGetRight(out var upcast, out var badPatch)
                ? new KnownSchema(read, upcast, unsound)
                : $"the upcast is no JSON Patch: {badPatch}";
        }
        catch (Exception unreadable) when (unreadable is not OutOfMemoryException)
        {
            // The library parses with another one, and throws what that one throws.
            return unreadable.Message;
        }
    }

    public bool Knows(string type) => versions.ContainsKey(type);

    public bool Knows(string type, int version) => known.ContainsKey((type, version));

    public EventSchema? Before(string type, int version) =>
        All.Where(s => s.Type == type && s.Version < version).MaxBy(s => s.Version);

    public EventSchema? After(string type, int version) =>
        All.Where(s => s.Type == type && s.Version > version).MinBy(s => s.Version);

    public JsonPatch? UpcastTo(string type, int version) => known.TryGetValue((type, version), out var found) ? found.Upcast : null;

    /// <summary>
    /// Why an event does not fit, or null. One that names no version is held against the newest; a type without schemas is free.
    /// </summary>
    public string? Misfit(BrokerEvent given)
    {
        if (!versions.TryGetValue(given.Type, out var all)) return null;
        var version = given.SchemaVersion ?? all[^1];
        if (!known.TryGetValue((given.Type, version), out var found))
            return $"schema_version {version} of {given.Type} is not registered; there are: {string.Join(", ", all)}";
        var payload = Encoding.UTF8.GetString(given.Payload.IfNone("null"u8.ToArray()).Span);
        if (!Judge(found, payload).TryGetRight(out var errors, out var why))
            return $"the schema of version {version} of {given.Type} cannot be applied: {why}";
        return errors.Count == 0
            ? null
            : $"the payload does not fit version {version} of {given.Type}: "
            + string.Join("; ", errors.Take(3).Select(e => $"{e.Path ?? "/"}: {e.Kind}"));
    }

    static Either<string, IReadOnlyCollection<ValidationError>> Judge(KnownSchema known, string payload)
    {
        if (known.Fault is { } fault) return fault;
        try
        {
            return new SchemaValidator().Validate(payload, known.Schema).ToArray();
        }
        catch (Exception unable) when (unable is not OutOfMemoryException)
        {
            return unable.Message;
        }
    }

    /// <summary>The library takes any type for a type, and then nothing for a document.</summary>
    static string? BadType(JsonElement schema, string at)
    {
        if (schema.ValueKind is not JsonValueKind.Object) return null;
        if (schema.TryGetProperty("type", out var type) && !IsType(type)) return $"{at}/type: {type.GetRawText()} is no type";
        var inner = schema.TryGetProperty("properties", out var named) && named.ValueKind is JsonValueKind.Object
            ? named.EnumerateObject().Select(p => BadType(p.Value, $"{at}/{p.Name}"))
            : [];
        var item = schema.TryGetProperty("items", out var items) ? BadType(items, $"{at}/[]") : null;
        return inner.FirstOrDefault(f => f is not null) ?? item;
    }

    static bool IsType(JsonElement type) => type.ValueKind is JsonValueKind.Array
        ? type.EnumerateArray().All(t => t.ValueKind is JsonValueKind.String && IsType(t))
        : type.ValueKind is JsonValueKind.String
            && type.GetString() is "object" or "array" or "string" or "number" or "integer" or "boolean" or "null";

    static int References(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().Sum(m => (m.Name is "$ref" ? 1 : 0) + References(m.Value)),
        JsonValueKind.Array => schema.EnumerateArray().Sum(References),
        JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null
            or JsonValueKind.Undefined => 0,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The library would fetch it.</summary>
    static bool RefersElsewhere(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().Any(m =>
            (m.Name is "$ref" or "$dynamicRef" or "$recursiveRef" && !m.Value.ToString().StartsWith('#')) || RefersElsewhere(m.Value)),
        JsonValueKind.Array => schema.EnumerateArray().Any(RefersElsewhere),
        JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null
            or JsonValueKind.Undefined => false,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <param name="Fault">Why it cannot be applied, although it could be read: stored before this was looked at.</param>
sealed record KnownSchema(JsonSchema Schema, JsonPatch? Upcast, string? Fault);
