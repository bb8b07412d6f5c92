using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Masking;

/// <summary>
/// What of a letter is shown to those who may not see all of it. Of a payload only the fields that the category's
/// list names are shown, and of those what no detector takes for an address or a secret. Nothing here throws, and
/// the work grows with the size of the input and no faster.
/// </summary>
public static class PayloadMask
{
    /// <summary>Stands where something is hidden.</summary>
    public const string Hidden = "***";

    static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly string[] ShownHeaders =
    [
        RecordHeader.EventId, RecordHeader.EventType, RecordHeader.PossibleDuplicate, RecordHeader.TraceParent,
        "replayed-at", "replay-of", "edited",
    ];

    /// <returns>JSON, whatever came in; of what is no JSON nothing is shown.</returns>
    public static ReadOnlyMemory<byte> Mask(Category category, ReadOnlyMemory<byte> json)
    {
        var masked = new ArrayBufferWriter<byte>(1024);
        try
        {
            using var writer = new Utf8JsonWriter(masked, WriterOptions);
            MaskedJson.Write(json.Span, MaskRules.Of(category), writer);
            writer.Flush();
            return masked.WrittenMemory;
        }
        catch (JsonException)
        {
            return "\"***\""u8.ToArray();
        }
    }

    /// <summary>A text of unknown content: an error, a reason. Long ones are cut.</summary>
    public static string MaskText(string text) => SecretDetectors.Mask(TextLimits.Cut(text, TextLimits.Text));

    /// <summary>Record headers: those that this program writes, and of all others the names.</summary>
    public static IReadOnlyList<RecordHeader> MaskHeaders(IReadOnlyList<RecordHeader> headers) =>
        [.. headers.Select(h => ShownHeaders.Contains(h.Name, StringComparer.Ordinal)
            ? h with { Value = MaskCode(h.Value) }
            : new RecordHeader(MaskName(h.Name), Hidden))];

    /// <summary>What is known of a letter, its error texts and headers masked. What this build cannot read is left out.</summary>
    public static LetterRecord MaskRecord(LetterRecord record) => record with
    {
        RecordKey = MaskCode(record.RecordKey),
        Headers = MaskHeaders(record.Headers),
        Reason = MaskText(record.Reason),
        Attempts = [.. record.Attempts.Select(a => a with { Code = MaskText(a.Code), Message = MaskText(a.Message) })],
        History = record.History?.Select(h => h with { Note = h.Note is { } note ? MaskText(note) : null }).ToList(),
        Discarded = record.Discarded is { } aside ? aside with { Reason = MaskText(aside.Reason) } : null,
        // Of a short payload a digest would confirm a guess.
        PayloadSha256 = Hidden,
        Earlier = null,
        Others = null,
    };

    /// <summary>
    /// All of a letter that a search may look into. It is the same for everyone, so that no search tells a reader
    /// whether a masked text is there.
    /// </summary>
    public static string SearchableText(LetterRecord record) => string.Join(
        '\n',
        (string[])[record.EventId ?? "", record.Stage, MaskText(record.Reason),
            .. record.Attempts.Select(a => MaskText($"{a.Code}: {a.Message}"))]);

    /// <summary>An identifier, a number, a time or a word of an enumeration: long digits and hexadecimals are what they consist of.</summary>
    internal static string MaskCode(string text) =>
        Guid.TryParseExact(text, "D", out _) ? text : SecretDetectors.MaskButTokens(TextLimits.Cut(text, TextLimits.Code));

    internal static string MaskName(string name) => SecretDetectors.Mask(TextLimits.Cut(name, TextLimits.Name));

    /// <summary>A request's path; what follows in the query is a caller's.</summary>
    internal static string MaskPath(string path)
    {
        var query = path.IndexOfAny(['?', '#']);
        return query < 0 ? MaskText(path) : $"{MaskText(path[..query])}?{Hidden}";
    }
}
