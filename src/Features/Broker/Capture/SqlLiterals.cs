using System.Security.Cryptography;
using System.Text;

namespace Hobom.Slices.Broker.Capture;

/// <summary>Names and texts in SQL, so that they end where they should, whatever is in them.</summary>
static class SqlLiterals
{
    const int NameBytes = 63;

    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Name(TableName table) => $"{Name(table.Schema)}.{Name(table.Name)}";

    /// <summary>For SQLite, where a backslash is a character like any other.</summary>
    public static string Plain(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>For PostgreSQL, whatever <c>standard_conforming_strings</c> says.</summary>
    public static string Text(string text) =>
        text.Contains('\\') ? $"E{Plain(text.Replace("\\", "\\\\", StringComparison.Ordinal))}" : Plain(text);

    public static string Texts(IEnumerable<string> texts) => $"array[{string.Join(", ", texts.Select(Text))}]::text[]";

    /// <summary>A dollar quote that does not occur in what it is to hold.</summary>
    public static string DollarQuoted(string body)
    {
        var tag = "$hobom$";
        for (var n = 1; body.Contains(tag, StringComparison.Ordinal); n++) tag = $"$hobom{n}$";
        return $"{tag}\n{body}\n{tag}";
    }

    /// <summary>Of what is made for a table. One that would be too long is cut and told apart by a hash.</summary>
    public static string Derived(string prefix, string name)
    {
        var whole = prefix + name;
        if (Encoding.UTF8.GetByteCount(whole) <= NameBytes) return whole;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
        var kept = string.Concat(name.EnumerateRunes().TakeWhile((_, at) => at < 10));
        return $"{prefix}{kept}_{hash}";
    }
}
