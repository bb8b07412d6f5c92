using System.Text.Json;

namespace Hobom.Slices.Broker.Consumers;

/// <summary>
/// What a CloudEvent says of an event beside id, source, type and time: its key, and of its metadata what has the form of an attribute,
/// which is where a CloudEvent's own go that the broker has no field for.
/// </summary>
static class CloudEventAttributes
{
    /// <summary>In metadata, of a payload that is more than plain JSON.</summary>
    public const string ContentType = "datacontenttype";

    public const string Json = "application/json";

    const int NameLimit = 20;

    /// <summary>Headers have to hold it.</summary>
    const int TextLimit = 1024;

    /// <summary>Of the specification and the broker: they are not the metadata's to say.</summary>
    static readonly string[] Reserved = ["specversion", "id", "source", "type", "time", "data", ContentType, "partitionkey"];

    public static IEnumerable<(string Name, string Value)> Of(BrokerEvent given)
    {
        if (given.EffectiveKey is { } key) yield return ("partitionkey", key);
        foreach (var (name, value) in Texts(given.Metadata).Where(t => IsName(t.Key) && t.Value.Length is > 0 and <= TextLimit))
            yield return (name, value);
    }

    /// <summary>Of the payload, which is JSON whatever the type adds to that.</summary>
    public static string ContentTypeOf(BrokerEvent given) =>
        Texts(given.Metadata).GetValueOrDefault(ContentType) is { } type && IsJson(type) ? type : Json;

    /// <summary>With parameters or without.</summary>
    public static bool IsJson(string contentType) => contentType.Split(';')[0].Trim() is var type
        && (type.Equals(Json, StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    static bool IsName(string name) =>
        name.Length is > 0 and <= NameLimit && !Reserved.Contains(name)
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    /// <summary>None where it is no object: another program may have written it.</summary>
    static SortedDictionary<string, string> Texts(string? metadata)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (metadata is null or BrokerEvent.NoMetadata) return texts;
        try
        {
            using var json = JsonDocument.Parse(metadata);
            if (json.RootElement.ValueKind is not JsonValueKind.Object) return texts;
            foreach (var member in json.RootElement.EnumerateObject().Where(m => m.Value.ValueKind is JsonValueKind.String))
                texts[member.Name] = member.Value.GetString()!;
        }
        catch (Exception notJson) when (notJson is JsonException or ArgumentException or InvalidOperationException)
        {
            texts.Clear();
        }

        return texts;
    }
}
