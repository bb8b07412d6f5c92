using System.Text;
using System.Text.RegularExpressions;

namespace Hobom.Slices.Http.Masking;

/// <summary>
/// Finds addresses and secrets in free text. When in doubt it hides: a number too many costs a reader less than an
/// address too few costs its owner. Patterns match in linear time.
/// </summary>
static class SecretDetectors
{
    const string H = TextMask.Hidden;

    /// <summary>How often a text is unwrapped: percent-encoding inside JSON inside JSON.</summary>
    const int UnwrapLimit = 3;

    static readonly Regex UrlLogin = New(@"://[^\s/@]*@");

    /// <summary>A telling name and what is assigned to it, to the end of the line.</summary>
    static readonly Regex NamedSecret = New(
        @"([\w.-]*(?:authorization|cookie|token|secret|passw|passphrase|pwd|api[-_ ]?key|private[-_ ]?key|credential|session)[\w.-]*"
        + @"(?:[""'\\\s]*[:=>]+|[""'\\]+\s*,)\s*)[^\s][^\r\n]*");

    static readonly Regex Scheme = New(@"\b(bearer|basic|digest|negotiate)[\s:=]+[^\s""',;]+");

    static readonly Regex Jwt = New(@"eyJ[\w-]+(?:\.[\w-]*)*");

    static readonly Regex EMail = New(@"(""[^""\r\n]{1,64}""|[^\s<>(),;:=&/\\""']+)@([\p{L}\p{N}\[][^\s<>(),;:=&/\\""']*)");

    static readonly Regex Iban = New(@"[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b");

    /// <summary>Cards have 13 to 19 digits; a longer run may hold one.</summary>
    static readonly Regex Card = New(@"\d(?:[ -]?\d){12,}");

    static readonly Regex Token = New(@"[A-Z0-9+_=]{20,}");

    /// <summary>The alphabets of base64, which paths and names with hyphens are written in as well.</summary>
    static readonly Regex Base64 = New("[A-Z0-9+/_-]{12,}=*");

    /// <summary>All detectors.</summary>
    public static string Mask(string text) => Unwrapped(text, t => Base64.Replace(Token.Replace(Detect(t), HideToken), HideBase64));

    /// <summary>Leaves long identifiers as they are.</summary>
    public static string MaskButTokens(string text) => Unwrapped(text, Detect);

    static string Detect(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal)) text = UrlLogin.Replace(text, $"://{H}@");
        text = NamedSecret.Replace(text, $"$1{H}");
        text = Scheme.Replace(text, $"$1 {H}");
        text = Jwt.Replace(text, H);
        if (text.Contains('@', StringComparison.Ordinal)) text = EMail.Replace(text, HideEMail);
        if (!text.AsSpan().ContainsAnyInRange('0', '9')) return text;
        return Card.Replace(Iban.Replace(text, HideIban), H);
    }

    /// <summary>Reads a text also as what it is the encoded form of; where that holds something, that form is what is shown.</summary>
    static string Unwrapped(string text, Func<string, string> mask)
    {
        var masked = mask(text);
        var inner = masked;
        for (var depth = 0; depth < UnwrapLimit; depth++)
        {
            var next = Unwrap(inner);
            if (next == inner) return masked;
            inner = next;
            if (mask(inner) is var found && found != inner) masked = inner = found;
        }

        return masked;
    }

    static string Unwrap(string text)
    {
        if (text.Contains('%', StringComparison.Ordinal)) text = Uri.UnescapeDataString(text);
        if (text.Contains("&#", StringComparison.Ordinal)) text = System.Net.WebUtility.HtmlDecode(text);
        return text.Contains('\\', StringComparison.Ordinal) ? JsonEscapes.Undo(text) : text;
    }

    /// <summary><c>john@doe.org</c> becomes <c>j***@d***.org</c>.</summary>
    static string HideEMail(Match found)
    {
        var (local, domain) = (found.Groups[1].Value, found.Groups[2].Value);
        var dot = domain.LastIndexOf('.');
        var end = dot > 0 && domain.Length - dot is >= 3 and <= 10 && domain[(dot + 1)..].All(char.IsAsciiLetter) ? domain[dot..] : "";
        return $"{First(local)}{H}@{First(domain)}{H}{end}";
    }

    static string First(string text) =>
        text.EnumerateRunes().Take(1).FirstOrDefault(Rune.IsLetterOrDigit) is { Value: > 0 } rune ? $"{rune}" : "";

    /// <summary>Where any beginning of it has an IBAN's check digits: words after one look like more of it.</summary>
    static string HideIban(Match found)
    {
        const int shortest = 15;
        string code = string.Concat(found.Value.Where(char.IsAsciiLetterOrDigit));
        return Enumerable.Range(shortest, Math.Max(0, code.Length - shortest + 1))
            .Any(length => Remainder(code[4..length] + code[..4]) == 1)
            ? H
            : found.Value;

        static int Remainder(string moved) => moved.Aggregate(0, (sum, c) =>
            char.IsAsciiDigit(c) ? (sum * 10 + (c - '0')) % 97 : (sum * 100 + (char.ToUpperInvariant(c) - 'A' + 10)) % 97);
    }

    static string HideToken(Match found) =>
        found.Length >= 48 || (found.Value.Any(char.IsAsciiDigit) && found.Value.Any(char.IsAsciiLetter)) ? H : found.Value;

    static string HideBase64(Match found)
    {
        var text = found.Value;
        var mixed = text.Length >= 32 && text.Any(char.IsAsciiDigit) && text.Any(char.IsAsciiLetterUpper)
            && text.Any(char.IsAsciiLetterLower);
        return mixed || HoldsSecret(text) || text.Split('/').Any(HoldsSecret) ? H : text;

        static bool HoldsSecret(string encoded) => DecodedText(encoded) is { } decoded && Detect(decoded) != decoded;
    }

    static string? DecodedText(string text)
    {
        var plain = text.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        plain = plain.PadRight((plain.Length + 3) / 4 * 4, '=');
        var bytes = new byte[plain.Length];
        if (!Convert.TryFromBase64String(plain, bytes, out var length)) return null;
        var decoded = Encoding.UTF8.GetString(bytes, 0, length);
        return decoded.Any(c => c is '\ufffd' || char.IsControl(c)) ? null : decoded;
    }

    static Regex New(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
