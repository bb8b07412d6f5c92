using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Hobom.Slices.Core;

/// <summary>
/// Whether JSON holds Unicode only. The parser lets halves of surrogate pairs through, and bytes that are no UTF-8; what then
/// reads such a text throws, wherever that is.
/// </summary>
public static class JsonText
{
    public static bool IsUnicode(JsonElement value) => IsUnicode(JsonMarshal.GetRawUtf8Value(value));

    /// <param name="json">Well-formed, but for its texts.</param>
    public static bool IsUnicode(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
