using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>JSON that goes into an answer as it was written, spaces included.</summary>
[JsonConverter(typeof(Converter))]
public sealed record RawJson(ReadOnlyMemory<byte> Bytes)
{
    const int DepthLimit = 128;

    sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(Encoding.UTF8.GetBytes(JsonDocument.ParseValue(ref reader).RootElement.GetRawText()));

        /// <summary>What another program wrote into the table may be no JSON: it is shown as text then.</summary>
        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options)
        {
            if (IsJson(value.Bytes.Span)) writer.WriteRawValue(value.Bytes.Span, skipInputValidation: true);
            else writer.WriteStringValue(Encoding.UTF8.GetString(value.Bytes.Span));
        }

        static bool IsJson(ReadOnlySpan<byte> bytes)
        {
            try
            {
                var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DepthLimit });
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
}
