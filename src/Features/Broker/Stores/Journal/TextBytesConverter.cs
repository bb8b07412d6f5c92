using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>
/// Bytes as the text that they mostly are, behind a sign that base64 never begins with; else as base64, which zips badly. Stored.
/// </summary>
sealed class TextBytesConverter : JsonConverter<byte[]>
{
    const char TextSign = '=';

    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        return text.StartsWith(TextSign) ? Encoding.UTF8.GetBytes(text[1..]) : Convert.FromBase64String(text);
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
    {
        if (Utf8.IsValid(value)) writer.WriteStringValue(TextSign + Encoding.UTF8.GetString(value));
        else writer.WriteBase64StringValue(value);
    }
}
