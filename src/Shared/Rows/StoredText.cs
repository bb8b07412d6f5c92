using System.Globalization;
using System.Text.Json;

namespace Hobom.Slices.Rows;

/// <summary>
/// What the tables keep as it was given. Compiled into each part that writes rows, the client package included, which is to
/// stay without references: so all of them refuse the same.
/// </summary>
static class StoredText
{
    /// <summary>No database keeps U+0000 in a text, nor half a surrogate pair.</summary>
    public static bool IsKept(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }

        return true;
    }

    /// <summary>Why the bytes are no JSON that can be kept; null where they are.</summary>
    public static string? JsonFault(ReadOnlySpan<byte> json, int depth)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = depth });
            while (reader.Read())
            {
                // Reading a text finds bytes that are no UTF-8 and halves of surrogate pairs.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) _ = reader.GetString();
            }

            return null;
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            return notJson.Message;
        }
    }

    /// <summary>A time in SQLite's tables, in text that sorts as times do: UTC, microseconds.</summary>
    public static string Time(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
