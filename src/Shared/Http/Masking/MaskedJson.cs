using System.Collections.Frozen;
using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Http.Masking;

/// <summary>
/// Copies JSON through a rule. It goes only as deep as the rule: what is hidden is stepped over in one pass,
/// however deep it is. Of long objects and arrays the beginning is shown.
/// </summary>
static class MaskedJson
{
    const int ItemLimit = 20;
    const int FieldLimit = 200;
    const int ShownDigitLimit = 12;

    /// <summary>Names the count of what is left out.</summary>
    const string More = "…";

    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Write(ReadOnlySpan<byte> json, Visibility rule, Utf8JsonWriter writer)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        WriteValue(ref reader, rule, writer);
        // What follows the value makes it no JSON, and this throw.
        reader.Read();
    }

    static void WriteValue(ref Utf8JsonReader reader, Visibility rule, Utf8JsonWriter writer)
    {
        if (rule is Visibility.Items(var item))
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                WriteItems(ref reader, item, writer);
                return;
            }

            rule = item;
        }

        switch (reader.TokenType, rule)
        {
            case (JsonTokenType.StartObject, Visibility.Fields(var fields)):
                WriteFields(ref reader, fields, writer);
                break;
            case (JsonTokenType.StartObject or JsonTokenType.StartArray, _):
                reader.Skip();
                writer.WriteStringValue(TextMask.Hidden);
                break;
            case (JsonTokenType.Null, _):
                writer.WriteNullValue();
                break;
            case (JsonTokenType.String, _):
                writer.WriteStringValue(TextOf(ref reader, rule));
                break;
            case (JsonTokenType.Number, Visibility.Value(ValueSight.Code)) when reader.ValueSpan.Length <= ShownDigitLimit:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
            case (JsonTokenType.True or JsonTokenType.False, Visibility.Value(ValueSight.Code)):
                writer.WriteBooleanValue(reader.GetBoolean());
                break;
            default:
                writer.WriteStringValue(TextMask.Hidden);
                break;
        }
    }

    static void WriteItems(ref Utf8JsonReader reader, Visibility item, Utf8JsonWriter writer)
    {
        var left = 0;
        writer.WriteStartArray();
        for (var count = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (count < ItemLimit) WriteValue(ref reader, item, writer);
            else
            {
                reader.Skip();
                left++;
            }
        }

        if (left > 0) writer.WriteStringValue($"{More} {left} more");
        writer.WriteEndArray();
    }

    /// <summary>A name that comes twice is shown once: nobody can say which value its reader would take.</summary>
    static void WriteFields(ref Utf8JsonReader reader, FrozenDictionary<string, Visibility> fields, Utf8JsonWriter writer)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        var left = 0;
        writer.WriteStartObject();
        for (var count = 0; reader.Read() && reader.TokenType != JsonTokenType.EndObject; count++)
        {
            var name = count < FieldLimit ? TextOrNull(ref reader) ?? TextMask.Hidden : null;
            var shown = name is null ? null : fields.ContainsKey(name) ? name : TextMask.MaskName(name);
            if (shown is null || !written.Add(shown))
            {
                reader.Skip();
                left++;
                continue;
            }

            reader.Read();
            writer.WritePropertyName(shown);
            WriteValue(ref reader, fields.GetValueOrDefault(name!, Visibility.Hidden), writer);
        }

        if (left > 0 && written.Add(More)) writer.WriteString(More, $"{left} more");
        writer.WriteEndObject();
    }

    /// <summary>Empty stays empty: that a field is missing is often the reason of the failure.</summary>
    static string TextOf(ref Utf8JsonReader reader, Visibility rule) =>
        reader.ValueSpan.IsEmpty ? ""
        : rule is Visibility.Value(var sight) && TextOrNull(ref reader) is { } text ? JsonMask.Show(text, sight)
        : TextMask.Hidden;

    /// <summary>Null of what is no Unicode text.</summary>
    static string? TextOrNull(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
