using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Hobom.Slices.Rows;

/// <summary>
/// What must not lie in every store and topic: a session id is a bearer token in many programs, and an e-mail address is
/// somebody's. Hashes keep what belongs together together. Compiled into each part that writes events.
/// </summary>
static class SecretText
{
    /// <summary>The metadata member that the predecessor's hooks fill.</summary>
    const string EmailMember = "user_email";

    const string Prefix = "sha256:";

    /// <summary>The same text gives the same hash, and a hash stays what it is.</summary>
    public static string Hash(string text) =>
        text.Length == 0 || text.StartsWith(Prefix, StringComparison.Ordinal)
            ? text
            : Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Each member of the name, however it is written; what has none stays as it is, byte for byte.</summary>
    /// <param name="metadata">A JSON object as text.</param>
    public static string? HashEmail(string? metadata)
    {
        if (metadata is null || !MayName(metadata)) return metadata;
        try
        {
            // The bytes that validation looks at, and the drivers write.
            using var given = JsonDocument.Parse(Encoding.UTF8.GetBytes(metadata));
            return given.RootElement.ValueKind is JsonValueKind.Object && given.RootElement.EnumerateObject().Any(IsEmail)
                ? Hashed(given.RootElement)
                : metadata;
        }
        catch (Exception notJson) when (notJson is JsonException or ArgumentException or InvalidOperationException)
        {
            // Validation refuses it by name.
            return metadata;
        }
    }

    /// <summary>A name may be written with escapes.</summary>
    static bool MayName(string metadata) =>
        metadata.Contains(EmailMember, StringComparison.Ordinal) || metadata.Contains('\\', StringComparison.Ordinal);

    static bool IsEmail(JsonProperty member) => member.NameEquals(EmailMember) && member.Value.ValueKind is JsonValueKind.String;

    static string Hashed(JsonElement members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var member in members.EnumerateObject())
            {
                if (IsEmail(member)) json.WriteString(EmailMember, Hash(member.Value.GetString()!));
                else member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
