using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;

namespace Hobom.Slices.Host.Access;

/// <summary>
/// The form of the keys file: <c>{"keys":[{"id","name","roles":[…],"sha256","notBefore","expires","revoked"}]}</c>.
/// Anything that is not understood makes the whole file refused: a misspelt <c>expires</c> must not make a key eternal.
/// </summary>
static class KeysFileText
{
    static readonly string[] TimeForms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    static readonly string[] ReservedNames = [CallerKeys.Internal, CallerKeys.Anonymous];

    /// <summary>Left names the line, or the field by its path. No value is repeated that could be a secret.</summary>
    public static Either<string, KeyRing> Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (!JsonText.IsUnicode(text.Span)) return "the file holds text that is not Unicode";
            return new KeyRing(Read(json.RootElement));
        }
        catch (JsonException syntax)
        {
            return $"line {syntax.LineNumber + 1}, byte {syntax.BytePositionInLine + 1}: no JSON";
        }
        catch (FieldException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>A day (its beginning) or a time, UTC where it names no offset.</summary>
    public static bool TryParseTime(string? text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    static List<NamedKey> Read(JsonElement root)
    {
        RefuseUnknown(root, "the file", "keys");
        if (!root.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new FieldException("keys", "expected an array of keys");
        var keys = list.EnumerateArray().Select((entry, at) => ReadKey(entry, $"keys[{at}]")).ToList();
        foreach (var twice in keys.GroupBy(k => k.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
            throw new FieldException("keys", $"two keys have the id '{twice.Key}'; without an id a key's name is its id");
        return keys;
    }

    static NamedKey ReadKey(JsonElement entry, string at)
    {
        RefuseUnknown(entry, at, "id", "name", "roles", "sha256", "notBefore", "expires", "revoked");
        var name = Text(entry, "name") ?? "";
        if (!NamedKey.IsId(name) || ReservedNames.Contains(name, StringComparer.Ordinal))
            throw new FieldException($"{at}.name", "expected letters, digits, - and . (64 at most), and neither internal nor anonymous");
        var id = Text(entry, "id") ?? name;
        if (!NamedKey.IsId(id)) throw new FieldException($"{at}.id", "expected letters, digits, - and . (64 at most)");
        var (from, to) = (Time(entry, "notBefore", at), Time(entry, "expires", at));
        if (from >= to) throw new FieldException($"{at}.expires", "it is not after notBefore");
        return new NamedKey(id, name, Roles(entry, at), Digest(entry, at), from, to, Flag(entry, "revoked", at));
    }

    static string[] Roles(JsonElement entry, string at)
    {
        if (!entry.TryGetProperty("roles", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0
            || !list.EnumerateArray()
                .All(r => r.ValueKind == JsonValueKind.String && Role.All.Contains(r.GetString()!, StringComparer.Ordinal)))
            throw new FieldException($"{at}.roles", $"expected an array of {string.Join(", ", Role.All)}");
        return [.. list.EnumerateArray().Select(r => r.GetString()!)];
    }

    static byte[] Digest(JsonElement entry, string at) =>
        Text(entry, "sha256") is { Length: 2 * SHA256.HashSizeInBytes } hex && hex.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(hex)
            : throw new FieldException($"{at}.sha256", "expected 64 hexadecimal digits, the SHA-256 of the whole key");

    static DateTimeOffset? Time(JsonElement entry, string name, string at) =>
        !entry.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String && TryParseTime(value.GetString(), out var time) ? time
        : throw new FieldException($"{at}.{name}", "expected a time such as 2027-01-01T00:00:00Z");

    static bool Flag(JsonElement entry, string name, string at) =>
        !entry.TryGetProperty(name, out var value) ? false
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new FieldException($"{at}.{name}", "expected true or false");

    static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static void RefuseUnknown(JsonElement element, string at, params string[] known)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new FieldException(at, "expected an object");
        var names = element.EnumerateObject().Select(p => p.Name).ToList();
        foreach (var unknown in names.Except(known, StringComparer.Ordinal))
            throw new FieldException(at, $"unknown field '{LogText.Clean(unknown, 40)}'; there are {string.Join(", ", known)}");
        if (names.Count != names.Distinct(StringComparer.Ordinal).Count()) throw new FieldException(at, "a field is given twice");
    }

    sealed class FieldException(string at, string expected) : Exception($"{at}: {expected}");
}
