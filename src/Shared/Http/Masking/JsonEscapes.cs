using System.Globalization;
using System.Text;

namespace Hobom.Slices.Http.Masking;

/// <summary>The escapes of JSON strings inside any text: <c>\u0040</c>, <c>\"</c>, <c>\/</c>.</summary>
static class JsonEscapes
{
    public static string Undo(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\' || at + 1 == text.Length)
            {
                plain.Append(text[at]);
                continue;
            }

            at++;
            if (text[at] == 'u' && at + 4 < text.Length
                && ushort.TryParse(text.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                plain.Append((char)code);
                at += 4;
            }
            else plain.Append(text[at] is 'n' or 'r' ? '\n' : text[at] is 't' ? '\t' : text[at]);
        }

        return plain.ToString();
    }
}
