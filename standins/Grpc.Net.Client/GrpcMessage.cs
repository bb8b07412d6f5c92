using System.Globalization;
using System.Text;

namespace Grpc.Net.Client;

/// <summary>The <c>grpc-message</c> header: UTF-8, where control characters, non-ASCII bytes and '%' travel as %XX.</summary>
internal static class GrpcMessage
{
    /// <summary>Never fails: what is no escape stays as it is, what is no UTF-8 becomes U+FFFD.</summary>
    public static string Decode(string header)
    {
        if (!header.AsSpan().ContainsAnyExceptInRange(' ', '~') && !header.Contains('%', StringComparison.Ordinal))
            return header;

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(header.Length)];
        var length = 0;
        for (var at = 0; at < header.Length; at++)
        {
            if (header[at] == '%' && at + 2 < header.Length
                && byte.TryParse(header.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                bytes[length++] = escaped;
                at += 2;
            }
            else if (header[at] <= 0xff)
            {
                // A server that does not escape: HttpClient hands each of its bytes on as one Latin-1 character.
                bytes[length++] = (byte)header[at];
            }
            else
            {
                length += Encoding.UTF8.GetBytes(header.AsSpan(at, 1), bytes.AsSpan(length));
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
