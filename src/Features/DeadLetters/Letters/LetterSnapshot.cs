using Hobom.Slices.DeadLetters.Decisions;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>A letter as one look at the store found it.</summary>
/// <param name="Exists">Its payload is under the contract's key.</param>
/// <param name="IsDiscarded">Its payload was put aside.</param>
/// <param name="TimeLeft">Of the payload under the contract's key; null where it does not expire.</param>
public sealed record LetterSnapshot(
    bool Exists, bool IsDiscarded, RecordReading Record, LetterSummary? Summary, TimeSpan? TimeLeft)
{
    public LetterRecord? Known => (Record as RecordReading.Readable)?.Record;

    /// <summary>What a new failure adds to: one that was put aside too, but its life counts no more.</summary>
    public ExistingLetter? OnFile =>
        Exists ? new ExistingLetter(Record, TimeLeft)
        : IsDiscarded ? new ExistingLetter(Record, TimeSpan.Zero)
        : null;
}
