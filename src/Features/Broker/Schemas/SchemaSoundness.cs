using System.Text.RegularExpressions;
using LanguageExt;
using NJsonSchema;

namespace Hobom.Slices.Broker.Schemas;

/// <summary>What the library takes for a schema and cannot apply: patterns that do not compile, and rings of references.</summary>
static class SchemaSoundness
{
    /// <summary>Schemas that look at one and the same value, within each other.</summary>
    const int ChainLimit = 100;

    /// <summary>What is wrong and where, as a JSON pointer; null where nothing is.</summary>
    public static string? Fault(JsonSchema root)
    {
        var walk = new Walk();
        walk.Waiting.Enqueue((root, "#"));
        while (walk.Waiting.TryDequeue(out var next))
        {
            if (walk.Fault(next.Schema, next.At) is { } fault) return fault;
        }

        return null;
    }

    sealed class Walk
    {
        readonly System.Collections.Generic.HashSet<JsonSchema> open = new(ReferenceEqualityComparer.Instance);
        readonly System.Collections.Generic.HashSet<JsonSchema> sound = new(ReferenceEqualityComparer.Instance);

        /// <summary>Those that look at a part of the document: coming back from there ends where the document does.</summary>
        public Queue<(JsonSchema Schema, string At)> Waiting { get; } = [];

        public string? Fault(JsonSchema schema, string at)
        {
            if (sound.Contains(schema)) return null;
            if (!open.Add(schema)) return $"{at}: leads back to itself without going down the document";
            if (open.Count > ChainLimit) return $"{at}: more than {ChainLimit} schemas within each other look at one value";
            if (PatternFault(schema, at) is { } bad) return bad;
            foreach (var (inner, place) in OfSameValue(schema))
            {
                if (Fault(inner, $"{at}/{place}") is { } fault) return fault;
            }

            open.Remove(schema);
            sound.Add(schema);
            foreach (var (inner, place) in OfParts(schema)) Waiting.Enqueue((inner, $"{at}/{place}"));
            return null;
        }
    }

    static string? PatternFault(JsonSchema schema, string at) =>
        schema.Pattern is { } pattern && CompileFault(pattern) is { } fault
            ? $"{at}/pattern: {fault}"
            : schema.PatternProperties.Keys.Select(CompileFault).FirstOrDefault(f => f is not null) is { } named
                ? $"{at}/patternProperties: {named}"
                : null;

    static string? CompileFault(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.None, SchemaValidator.PatternTime);
            return null;
        }
        catch (ArgumentException invalid)
        {
            return invalid.Message;
        }
    }

    static IEnumerable<(JsonSchema Schema, string At)> OfSameValue(JsonSchema schema) =>
    [
        .. Single(schema.Reference, "$ref"), .. Numbered(schema.AllOf, "allOf"), .. Numbered(schema.AnyOf, "anyOf"),
        .. Numbered(schema.OneOf, "oneOf"), .. Single(schema.Not, "not"),
    ];

    static IEnumerable<(JsonSchema Schema, string At)> OfParts(JsonSchema schema) =>
    [
        .. Named(schema.Properties, "properties"), .. Named(schema.PatternProperties, "patternProperties"),
        .. Single(schema.AdditionalPropertiesSchema, "additionalProperties"), .. Single(schema.Item, "items"),
        .. Numbered(schema.Items, "items"), .. Single(schema.AdditionalItemsSchema, "additionalItems"),
        .. Named(schema.Definitions, "definitions"),
    ];

    static IEnumerable<(JsonSchema Schema, string At)> Single(JsonSchema? schema, string at) => schema is null ? [] : [(schema, at)];

    static IEnumerable<(JsonSchema Schema, string At)> Numbered(IEnumerable<JsonSchema> schemas, string at) =>
        schemas.Select((schema, i) => (schema, $"{at}/{i}"));

    static IEnumerable<(JsonSchema Schema, string At)> Named<T>(IDictionary<string, T> schemas, string at)
        where T : JsonSchema =>
        schemas.Select(s => ((JsonSchema)s.Value, $"{at}/{s.Key.Replace("~", "~0").Replace("/", "~1")}"));
}
