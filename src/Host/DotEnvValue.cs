using System.Text;

namespace Hobom.Slices.Host;

/// <summary>What stands right of the equals sign: the value that was meant, or why nobody can tell.</summary>
/// <param name="Text">Null where there is a fault.</param>
/// <param name="Fault">Follows the variable's name in a sentence.</param>
sealed record DotEnvValue(string? Text, string Fault)
{
    public static DotEnvValue NoName { get; } = new(null, "expected NAME=value");

    static DotEnvValue Open { get; } = new(null, "has a quote that is not closed on its line");

    static DotEnvValue Followed { get; } =
        new(null, "has more than a comment after its closing quote: put the whole value into quotes");

    static DotEnvValue Escaped { get; } = new(
        null, "has a backslash in double quotes that stands before none of \" \\ $ `: single quotes take it as it is");

    static DotEnvValue Mixed { get; } =
        new(null, "has a quote in the middle and a # after it: put the whole value into quotes");

    public static DotEnvValue Read(string raw)
    {
        // A number sign right after the equals sign begins no comment, as in a shell: a password may begin with it.
        if (raw.StartsWith('#')) return Bare(raw);
        var text = raw.TrimStart();
        return text switch
        {
            ['#', ..] => Of(""),
            ['\'', .. var rest] => Literal(rest),
            ['"', .. var rest] => WithEscapes(rest),
            _ => Bare(text),
        };
    }

    static DotEnvValue Of(string text) => new(text, "");

    static DotEnvValue Literal(string rest)
    {
        var close = rest.IndexOf('\'', StringComparison.Ordinal);
        return close < 0 ? Open : IsEnd(rest[(close + 1)..]) ? Of(rest[..close]) : Followed;
    }

    static DotEnvValue WithEscapes(string rest)
    {
        var value = new StringBuilder(rest.Length);
        for (var at = 0; at < rest.Length; at++)
        {
            if (rest[at] == '"') return IsEnd(rest[(at + 1)..]) ? Of(value.ToString()) : Followed;
            if (rest[at] == '\\')
            {
                if (++at == rest.Length) return Open;
                if (rest[at] is not ('"' or '\\' or '$' or '`')) return Escaped;
            }

            value.Append(rest[at]);
        }

        return Open;
    }

    static DotEnvValue Bare(string text)
    {
        var comment = CommentIn(text);
        var value = (comment < 0 ? text : text[..comment]).TrimEnd();
        return comment >= 0 && value.AsSpan().ContainsAny('"', '\'') ? Mixed : Of(value);
    }

    /// <summary>A comment begins after a blank; a number sign within a word belongs to it.</summary>
    static int CommentIn(string text)
    {
        for (var at = 1; at < text.Length; at++)
            if (text[at] == '#' && char.IsWhiteSpace(text[at - 1])) return at;
        return -1;
    }

    static bool IsEnd(string text) => text.TrimStart() is "" or ['#', ..];
}
