using System.Text;
using System.Text.Json;
using Hobom.Slices.Broker.Consumers;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>
/// CloudEvents 1.0 as they come over HTTP. Their data is the payload, byte for byte; what the broker has no field for
/// goes into the metadata.
/// </summary>
static class CloudEventBody
{
    public const string Structured = "application/cloudevents+json";

    public const string Batched = "application/cloudevents-batch+json";

    const string HeaderPrefix = "ce-";

    static readonly string[] Known =
    [
        "specversion", "id", "source", "type", "time", "data", "data_base64", "partitionkey",
    ];

    public static bool IsBinary(IHeaderDictionary headers) => headers.ContainsKey(HeaderPrefix + "specversion");

    /// <summary>One in the structured form, or one of a batch.</summary>
    public static Either<BodyFault, BrokerEvent> Read(JsonElement body, string instance)
    {
        if (body.ValueKind is not JsonValueKind.Object) return new BodyFault("a CloudEvent is a JSON object", null);
        var attributes = body.EnumerateObject()
            .Where(m => m.Name is not ("data" or "data_base64") && m.Value.ValueKind is not JsonValueKind.Null)
            .GroupBy(m => m.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => TextOf(g.Last().Value), StringComparer.Ordinal);
        return DataOf(body).Bind(data => Compose(attributes, data, instance));
    }

    /// <summary>One in the binary form: its attributes in headers, its data in the body.</summary>
    public static Either<BodyFault, BrokerEvent> Read(IHeaderDictionary headers, ReadOnlyMemory<byte> body, string instance)
    {
        var attributes = headers.Where(h => h.Key.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                h => h.Key[HeaderPrefix.Length..].ToLowerInvariant(), h => Uri.UnescapeDataString($"{h.Value}"), StringComparer.Ordinal);
        if (headers.ContentType is [{ } type, ..]) attributes[CloudEventAttributes.ContentType] = type;
        return Compose(attributes, body.IsEmpty ? default : Option<ReadOnlyMemory<byte>>.Some(body), instance);
    }

    static Either<BodyFault, BrokerEvent> Compose(Dictionary<string, string> attributes, Option<ReadOnlyMemory<byte>> data, string instance)
    {
        if (attributes.GetValueOrDefault("specversion") is not "1.0") return new BodyFault("specversion is not 1.0", "specversion");
        DateTimeOffset created = default;
        if (attributes.TryGetValue("time", out var time) && !DateTimeOffset.TryParse(
            time, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out created))
            return new BodyFault("time is no RFC 3339 time", "time");
        var others = attributes.Where(a => !Known.Contains(a.Key) && !IsPlainType(a.Key, a.Value))
            .OrderBy(a => a.Key, StringComparer.Ordinal).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        return new BrokerEvent
        {
            Id = attributes.GetValueOrDefault("id", ""), Source = attributes.GetValueOrDefault("source", ""),
            Type = attributes.GetValueOrDefault("type", ""),
            InstanceId = instance, CreatedAt = created, Payload = data,
            OrderingKey = attributes.GetValueOrDefault("partitionkey") is { Length: > 0 } key ? key : null,
            Metadata = others.Count == 0 ? null : JsonSerializer.Serialize(others),
        };
    }

    /// <summary>Nothing that a payload does not say by itself: it is JSON.</summary>
    static bool IsPlainType(string name, string value) => name == CloudEventAttributes.ContentType
        && (!CloudEventAttributes.IsJson(value)
            || value.Split(';')[0].Trim().Equals(CloudEventAttributes.Json, StringComparison.OrdinalIgnoreCase));

    static Either<BodyFault, Option<ReadOnlyMemory<byte>>> DataOf(JsonElement body)
    {
        if (body.TryGetProperty("data", out var data)) return Option<ReadOnlyMemory<byte>>.Some(Encoding.UTF8.GetBytes(data.GetRawText()));
        if (!body.TryGetProperty("data_base64", out var base64)) return Option<ReadOnlyMemory<byte>>.None;
        return base64.ValueKind is JsonValueKind.String && base64.TryGetBytesFromBase64(out var bytes)
            ? Option<ReadOnlyMemory<byte>>.Some(bytes)
            : new BodyFault("data_base64 is no base64", "data_base64");
    }

    static string TextOf(JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText();
}
