using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Http.Masking;

namespace Hobom.Slices.DeadLetters.Masking;

/// <summary>
/// What of a letter's record is shown to those who may not see all of it; its payload goes through <see cref="JsonMask"/>.
/// </summary>
public static class PayloadMask
{
    /// <summary>What is known of a letter, its error texts and headers masked. What this build cannot read is left out.</summary>
    public static LetterRecord MaskRecord(LetterRecord record) => record with
    {
        RecordKey = TextMask.MaskCode(record.RecordKey),
        Headers = JsonMask.MaskHeaders(record.Headers),
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
}
