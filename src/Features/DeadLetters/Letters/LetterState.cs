namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>Where a letter stands. The names are stored and part of the API.</summary>
public enum LetterState
{
    /// <summary>Its row was not seen to be marked FAILED: the next visit may still deliver it.</summary>
    Provisional,

    /// <summary>It waits for a person.</summary>
    Open,

    /// <summary>A replay has it in hand.</summary>
    Claimed,

    /// <summary>A replay ended without anybody seeing how: the record may be in Kafka.</summary>
    Unknown,

    /// <summary>Put aside by a person; can be restored for a day. Its row stays FAILED.</summary>
    Discarded,
}

public static class LetterStates
{
    /// <summary>A claim that nobody renewed belongs to a replay whose end nobody saw.</summary>
    public static LetterState Of(LetterRecord record, DateTimeOffset now) =>
        Of(record) is LetterState.Claimed && !record.Claim!.IsHeld(now) ? LetterState.Unknown : Of(record);

    public static LetterState Of(LetterRecord record) =>
        record.Discarded is not null ? LetterState.Discarded
        : record.Claim is { } claim ? claim.Ended is null ? LetterState.Claimed : LetterState.Unknown
        : record.Row == RowState.Pending ? LetterState.Provisional
        : LetterState.Open;
}
