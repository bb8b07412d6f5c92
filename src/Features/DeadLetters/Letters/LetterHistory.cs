namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>What somebody did to a letter.</summary>
/// <param name="Action">hold, extend, release, discard, restore, replay …</param>
public sealed record HistoryEntry(DateTimeOffset At, string By, string Action, string? Note = null);

/// <summary>A letter that was put aside.</summary>
/// <param name="Until">Until then it can be restored.</param>
/// <param name="WasHeld">It did not expire before, and will not once restored.</param>
public sealed record DiscardNote(DateTimeOffset At, string By, string Reason, DateTimeOffset Until, bool WasHeld);

public static class LetterHistory
{
    /// <summary>The newest are kept; the audit log has them all.</summary>
    public const int EntryLimit = 50;

    const int NoteLimit = 300;

    public static LetterRecord Noting(this LetterRecord record, HistoryEntry entry)
    {
        var clipped = entry with { Note = entry.Note is { Length: > NoteLimit } note ? note[..NoteLimit] + "…" : entry.Note };
        return record with { History = [.. (record.History ?? []).TakeLast(EntryLimit - 1), clipped] };
    }
}
