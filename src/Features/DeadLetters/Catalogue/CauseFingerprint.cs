using System.Text.RegularExpressions;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>
/// An error text with what differs from letter to letter taken out: quoted values, URLs, e-mail and network addresses, hosts,
/// UUIDs, hexadecimal, times, ids and numbers. Two letters of one cause read the same.
/// </summary>
public static partial class CauseFingerprint
{
    const int LengthLimit = 200;

    public static string Of(string error)
    {
        var text = error.Length <= LengthLimit * 2 ? error : error[..(LengthLimit * 2)];
        var plain = Spaces().Replace(Values().Replace(text, Placeholder), " ").Trim();
        return plain.Length <= LengthLimit ? plain : plain[..LengthLimit] + "…";
    }

    static string Placeholder(Match match)
    {
        for (var i = 1; i < match.Groups.Count; i++)
            if (match.Groups[i].Success) return $"<{match.Groups[i].Name}>";
        return match.Value;
    }

    // The first alternative that fits at a place wins, so the order is from the longest kind of value to the shortest.
    [GeneratedRegex("""
        (?<value> (?<![\w<]) (?: '[^']*' | "[^"]*" | `[^`]*` | “[^”]*” | ‘[^’]*’ ) (?!\w) )
        | (?<url> \b [A-Za-z][A-Za-z0-9+.-]{1,20} :// [^\s<>"']+ )
        | (?<email> [\w.+-]{1,64} @ [\w-]+ (?: \.[\w-]+ )+ )
        | (?<id> (?<!\w) [0-9a-fA-F]{8} - (?: [0-9a-fA-F]{4} - ){3} [0-9a-fA-F]{12} (?!\w) )
        | (?<address> (?<![\w.]) \d{1,3} (?: \.\d{1,3} ){3} (?: :\d+ )? (?![\w.]\w) | \[ [0-9a-fA-F:.]{2,45} \] (?: :\d+ )? )
        | (?<time> (?<!\w) \d{4}-\d\d-\d\d (?: [T ] \d\d:\d\d (?: :\d\d (?: \.\d+ )? )? (?: Z | [+-]\d\d:?\d\d )? )? (?!\w) )
        | (?<host> (?<![\w.-]) (?: localhost | [a-z][a-z0-9-]* (?: \.[a-z0-9-]+ )* ) :\d{2,5} (?!\w)
            | (?<![\w.-]) (?: [a-z0-9-]+ \. )+
                (?: com | net | org | io | dev | kr | jp | de | uk | eu | local | internal | lan | svc | cluster | cloud ) (?![\w-]) )
        | (?<hex> (?<!\w) 0x[0-9a-fA-F]+ (?!\w) | (?<!\w) (?= [a-fA-F]* [0-9] ) (?= [0-9]* [a-fA-F] ) [0-9a-fA-F]{8,} (?!\w) )
        | (?<id> (?<!\w) (?= \w* \d \w* \d ) (?= \w* [A-Za-z_] ) \w{8,} (?!\w) )
        | (?<n> (?: (?<!\w) - )? \d+ (?: [.,]\d+ )* )
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Values();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
