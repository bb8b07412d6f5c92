using System.Buffers;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Http.Masking;

namespace Hobom.Slices.DeadLetters.Masking;

/// <summary>
/// What of a letter is shown to those who may not see all of it. Of a payload only the fields that the category's
/// list names are shown, and of those what no detector takes for an address or a secret. Nothing here throws, and
/// the work grows with the size of the input and no faster.
/// </summary>
public static class PayloadMask
{
    static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly string[] ShownHeaders =
    [
        RecordHeader.EventId, RecordHeader.EventType, RecordHeader.PossibleDuplicate, RecordHeader.TraceParent,
        "replayed-at", "replay-of", "edited",
    ];

    /// <returns>JSON, whatever came in; of what is no JSON nothing is shown.</returns>
    public static ReadOnlyMemory<byte> Mask(Visibility shown, ReadOnlyMemory<byte> json)
    {
        var masked = new ArrayBufferWriter<byte>(1024);
        try
        {
            using var writer = new Utf8JsonWriter(masked, WriterOptions);
            MaskedJson.Write(json.Span, shown, writer);
            writer.Flush();
            return masked.WrittenMemory;
        }
        catch (JsonException)
        {
            return "\"***\""u8.ToArray();
        }
    }

    /// <summary>Record headers: those that this program writes, and of all others the names.</summary>
    public static IReadOnlyList<RecordHeader> MaskHeaders(IReadOnlyList<RecordHeader> headers) =>
        [.. headers.Select(h => ShownHeaders.Contains(h.Name, StringComparer.Ordinal)
            ? h with { Value = TextMask.MaskCode(h.Value) }
            : new RecordHeader(TextMask.MaskName(h.Name), TextMask.Hidden))];

    /// <summary>What is known of a letter, its error texts and headers masked. What this build cannot read is left out.</summary>
    public static LetterRecord MaskRecord(LetterRecord record) => record with
    {
        RecordKey = TextMask.MaskCode(record.RecordKey),
        Headers = MaskHeaders(record.Headers),
        Reason = TextMask.MaskText(record.Reason),
        Attempts = [.. record.Attempts.Select(a => a with { Code = TextMask.MaskText(a.Code), Message = TextMask.MaskText(a.Message) })],
        History = record.History?.Select(h => h with { Note = h.Note is { } note ? TextMask.MaskText(note) : null }).ToList(),
        Discarded = record.Discarded is { } aside ? aside with { Reason = TextMask.MaskText(aside.Reason) } : null,
        // Of a short payload a digest would confirm a guess.
        PayloadSha256 = TextMask.Hidden,
        Earlier = null,
        Others = null,
    };

    /// <summary>
    /// All of a letter that a search may look into. It is the same for everyone, so that no search tells a reader
    /// whether a masked text is there.
    /// </summary>
    public static string SearchableText(LetterRecord record) => string.Join(
        '\n',
        (string[])[record.EventId ?? "", record.Stage, TextMask.MaskText(record.Reason),
            .. record.Attempts.Select(a => TextMask.MaskText($"{a.Code}: {a.Message}"))]);

    internal static string Show(string text, ValueSight sight) => sight switch
    {
        ValueSight.Hidden => TextMask.Hidden,
        ValueSight.Code => TextMask.MaskCode(text),
        ValueSight.Text => TextMask.MaskText(text),
        ValueSight.Path => TextMask.MaskPath(text),
        _ => throw new UnreachableException($"nobody says what is shown of {sight}"),
    };
}
