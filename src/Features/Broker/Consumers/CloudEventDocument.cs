using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hobom.Slices.Broker.Stores;

namespace Hobom.Slices.Broker.Consumers;

/// <summary>
/// CloudEvents 1.0 in the structured mode. The payload's bytes stay as they are: the field's package would write them anew.
/// </summary>
static class CloudEventDocument
{
    public const string ContentType = "application/cloudevents+json";

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Of(Claimed claimed)
    {
        var given = claimed.Event;
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, Plain))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", given.Id);
            var isUri = Uri.IsWellFormedUriString(given.Source, UriKind.RelativeOrAbsolute);
            json.WriteString("source", isUri ? given.Source : Uri.EscapeDataString(given.Source));
            json.WriteString("type", given.Type);
            json.WriteString("time", Time(given));
            foreach (var (name, value) in CloudEventAttributes.Of(given)) json.WriteString(name, value);
            given.Payload.IfSome(payload =>
            {
                json.WriteString(CloudEventAttributes.ContentType, CloudEventAttributes.ContentTypeOf(given));
                json.WritePropertyName(IsJson(payload.Span) ? "data" : "data_base64");
                if (IsJson(payload.Span)) json.WriteRawValue(payload.Span, skipInputValidation: true);
                else json.WriteBase64StringValue(payload.Span);
            });
            json.WriteEndObject();
        }

        return written.WrittenMemory;
    }

    public static string Time(BrokerEvent given) =>
        given.CreatedAt.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>What another program wrote into the table may be none.</summary>
    static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 128 });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) _ = reader.GetString();
            }

            return true;
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
