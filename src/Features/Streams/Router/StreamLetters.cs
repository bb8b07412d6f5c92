using System.Text.Json;
using System.Text.Json.Nodes;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>
/// An entry as a dead letter holds it: <c>{"stream":…,"id":…,"fields":{…}}</c>, a field that is no text as
/// <c>{"base64":…}</c>. A contract: people repair it, and a replay reads it.
/// </summary>
public static class StreamLetters
{
    public const string Stage = "handle";

    public static DeadLetterKey KeyOf(string stream, EntryId id) => new(RouterSettings.LetterCategory, $"{stream}:{id}");

    public static DeadLetter Of(StreamEntry entry, FailureClass kind, string reason, IReadOnlyList<Attempt> attempts, DateTimeOffset now)
    {
        var key = KeyOf(entry.Stream, entry.Id);
        return new DeadLetter(
            key, new EventId(key.Id), EventTypeOf(entry), Format(entry), Topic: "", Fields.UserOf(entry) ?? "", [], Stage, kind,
            reason, attempts, now);
    }

    public static ReadOnlyMemory<byte> Format(StreamEntry entry)
    {
        var fields = new JsonObject();
        foreach (var field in entry.Fields)
            fields[field.Name] = field.Text is { } text ? text : new JsonObject { ["base64"] = Convert.ToBase64String(field.Bytes.Span) };
        return JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject { ["stream"] = entry.Stream, ["id"] = entry.Id.ToString(), ["fields"] = fields });
    }

    /// <returns>Left: why it is no entry.</returns>
    public static Either<EntryRefusal, StreamEntry> Parse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return JsonNode.Parse(payload.Span) is JsonObject { Count: 3 } letter
                && TextOf(letter["stream"]) is { } stream && EntryId.Parse(TextOf(letter["id"])) is { } id
                    && letter["fields"] is JsonObject fields
                ? Read(stream, id, fields)
                : Fault("is no object of stream, id and fields");
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException)
        {
            return Fault($"is no JSON: {malformed.Message}");
        }
    }

    static Either<EntryRefusal, StreamEntry> Read(string stream, EntryId id, JsonObject fields)
    {
        var read = new List<EntryField>(fields.Count);
        foreach (var (name, value) in fields)
        {
            if (TextOf(value) is { } text) read.Add(EntryField.Of(name, text));
            else if (value is JsonObject { Count: 1 } binary && TextOf(binary["base64"]) is { } base64 && BytesOf(base64) is { } bytes)
                read.Add(EntryField.Of(name, bytes));
            else return new EntryRefusal.BadField(name, "is neither a text nor {\"base64\":…}");
        }

        return new StreamEntry(stream, id, read);
    }

    static EntryRefusal.BadField Fault(string fault) => new("the payload", fault);

    static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    static byte[]? BytesOf(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    static string EventTypeOf(StreamEntry entry) =>
        $"{StreamLayout.DomainOf(entry.Stream)}.{(entry.Type is { Length: > 0 and <= 64 } type ? type : "unknown")}";
}
