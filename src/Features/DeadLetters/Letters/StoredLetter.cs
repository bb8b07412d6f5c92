using Hobom.Slices.Core;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>A letter as the store has it.</summary>
/// <param name="TimeLeft">Until it expires; null where it never does.</param>
public sealed record StoredLetter(
    DeadLetterKey Key, ReadOnlyMemory<byte> Payload, RecordReading Record, TimeSpan? TimeLeft)
{
    /// <summary>It is about a row that was refused, and holds it, unless it was edited since.</summary>
    public bool HoldsRow => Record is RecordReading.Readable { Record.Stage: DeadLetter.DecideStage };
}

/// <summary>What was found under a key.</summary>
public abstract record LetterLookup
{
    LetterLookup()
    {
    }

    public sealed record Found(StoredLetter Letter) : LetterLookup;

    public sealed record Missing : LetterLookup;

    /// <summary>Something that another program put there and that is no letter.</summary>
    public sealed record Unreadable(DeadLetterKey Key, string Reason) : LetterLookup;
}

/// <summary>What a comparison of letters and index found and did.</summary>
/// <param name="Letters">Keys that name a letter.</param>
/// <param name="Added">Letters that were not in the index: other programs write such.</param>
/// <param name="Removed">Index entries whose letter was gone.</param>
/// <param name="Foreign">Keys under <c>dlq:</c> that name no letter; left alone.</param>
public sealed record Reconciliation(int Letters, int Added, int Removed, int Foreign)
{
    /// <summary>Of the letters that were gone.</summary>
    public IReadOnlyList<Tombstone> Ended { get; init; } = [];
}
