using System.Globalization;
using System.Text;

namespace Hobom.Slices.Http;

/// <summary>Lines of RFC 4180, UTF-8 with its mark so that spreadsheets read Korean.</summary>
public static class Csv
{
    public const string MediaType = "text/csv; charset=utf-8";

    /// <param name="rows">Of each, a cell for every column.</param>
    public static byte[] Of(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(columns)) text.AppendJoin(',', row.Select(Cell)).Append("\r\n");
        return [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    /// <summary>UTC, milliseconds.</summary>
    public static string? Time(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A spreadsheet would run a text that begins like a formula.</summary>
    public static string Cell(string? text)
    {
        var safe = text is [('=' or '+' or '-' or '@' or '\t' or '\r' or '\n'), ..] ? $"'{text}" : text ?? "";
        return safe.AsSpan().ContainsAny(",\"\r\n'") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
