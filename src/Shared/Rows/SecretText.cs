using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

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

    /// <param name="metadata">A JSON object as text.</param>
    public static string? HashEmail(string? metadata)
    {
        if (metadata is null || !metadata.Contains(EmailMember, StringComparison.Ordinal)) return metadata;
        try
        {
            if (JsonNode.Parse(metadata) is not JsonObject members || members[EmailMember] is not JsonValue value) return metadata;
            if (!value.TryGetValue<string>(out var email)) return metadata;
            members[EmailMember] = Hash(email);
            return members.ToJsonString();
        }
        catch (Exception notJson) when (notJson is JsonException or ArgumentException or InvalidOperationException)
        {
            // Validation refuses it by name.
            return metadata;
        }
    }
}
