using LanguageExt;

namespace Hobom.Slices.Core;

/// <summary>A place in a JSON document (RFC 6901).</summary>
/// <param name="Tokens">Decoded; none for the whole document.</param>
public sealed record JsonPointer(IReadOnlyList<string> Tokens)
{
    /// <summary>What stands for the end of an array, one past its last element.</summary>
    public const string End = "-";

    public static string Escape(string token) =>
        token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public static Either<string, JsonPointer> Parse(string text)
    {
        if (text.Length == 0) return new JsonPointer([]);
        if (text[0] != '/') return "a path is empty or begins with '/'";
        var tokens = new List<string>();
        foreach (var part in text[1..].Split('/'))
        {
            for (var i = part.IndexOf('~', StringComparison.Ordinal); i >= 0; i = part.IndexOf('~', i + 1))
                if (i + 1 == part.Length || part[i + 1] is not ('0' or '1')) return "in a path '~' stands only in ~0 and ~1";
            tokens.Add(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        }

        return new JsonPointer(tokens);
    }

    /// <summary>Whether the other place is inside this one.</summary>
    public bool IsProperPrefixOf(JsonPointer other) =>
        Tokens.Count < other.Tokens.Count && Tokens.SequenceEqual(other.Tokens.Take(Tokens.Count), StringComparer.Ordinal);
}
