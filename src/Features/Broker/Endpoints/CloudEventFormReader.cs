using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary><c>cloud_events</c>: true or <c>binary</c>, <c>structured</c>, false or null. Null where it is none of these.</summary>
sealed class CloudEventFormReader : JsonConverter<CloudEventForm?>
{
    public override bool HandleNull => true;

    public override CloudEventForm? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null or JsonTokenType.False:
                return CloudEventForm.None;
            case JsonTokenType.True:
                return CloudEventForm.Binary;
            case JsonTokenType.String:
                return reader.GetString() switch
                {
                    "binary" => CloudEventForm.Binary,
                    "structured" => CloudEventForm.Structured,
                    _ => null,
                };
            default:
                reader.Skip();
                return null;
        }
    }

    public override void Write(Utf8JsonWriter writer, CloudEventForm? value, JsonSerializerOptions options) =>
        throw new NotSupportedException();
}
