using System.Globalization;
using System.Text;
using Hobom.Slices.DeadLetters.Letters.Endpoints;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>Letters as lines of RFC 4180, UTF-8 with its mark so that spreadsheets read Korean.</summary>
public static class LetterCsv
{
    const string Columns =
        "key,category,id,eventType,stage,class,state,error,attempts,maybeWritten,payloadBytes,firstFailedAt,lastFailedAt,expiresAt";

    public static byte[] Of(IEnumerable<LetterView> letters)
    {
        var text = new StringBuilder(Columns).Append("\r\n");
        foreach (var l in letters)
            text.AppendJoin(',', new[]
            {
                Cell(l.Key), Cell(l.Category), Cell(l.Id), Cell(l.EventType), Cell(l.Stage), Cell(l.Class), Cell(l.State),
                Cell(l.Unreadable ?? l.Error), $"{l.AttemptCount}", l.MaybeWritten ? "true" : "false", $"{l.PayloadBytes}",
                Time(l.FirstFailedAt), Time(l.LastFailedAt), Time(l.ExpiresAt),
            }).Append("\r\n");
        return [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    /// <summary>A spreadsheet would run a text that begins like a formula.</summary>
    public static string Cell(string? text)
    {
        var safe = text is [('=' or '+' or '-' or '@' or '\t' or '\r' or '\n'), ..] ? $"'{text}" : text ?? "";
        return safe.AsSpan().ContainsAny(",\"\r\n'") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    static string Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
}
