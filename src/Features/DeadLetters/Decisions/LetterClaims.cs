using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Decisions;

/// <summary>What came of an attempt to claim a letter.</summary>
public abstract record ClaimResult
{
    ClaimResult()
    {
    }

    /// <param name="AfterAnother">An earlier claim was left behind.</param>
    public sealed record Granted(bool AfterAnother) : ClaimResult;

    public sealed record Held(LetterClaim By) : ClaimResult;

    /// <summary>Closed, expired or changed since it was read.</summary>
    public sealed record Changed(string Reason) : ClaimResult;
}

/// <summary>Pure decisions about who may replay a letter.</summary>
public static class LetterClaims
{
    /// <param name="seen">The letter as it is now.</param>
    /// <param name="letter">As it was read; its payload is what will be sent.</param>
    /// <param name="isRunning">Whether an operation runs in this process.</param>
    public static ClaimResult Decide(
        LetterSnapshot seen, StoredLetter letter, LetterClaim claim, Func<string, bool> isRunning, DateTimeOffset now)
    {
        if (!seen.Exists) return new ClaimResult.Changed("the letter was closed meanwhile");
        if (seen.Record is RecordReading.None && letter.Record is RecordReading.None) return new ClaimResult.Granted(false);
        if (seen.Known is not { } record) return new ClaimResult.Changed("the letter was changed meanwhile");
        if (record.Claim is { } other && !other.GivesWayTo(claim, isRunning(other.Op), now)) return new ClaimResult.Held(other);
        return letter.Record is RecordReading.Readable(var read) && read.PayloadSha256 == record.PayloadSha256
            ? new ClaimResult.Granted(record.Claim is not null)
            : new ClaimResult.Changed("the letter was changed meanwhile");
    }

    /// <summary>Nothing may expire under a replay; and a life that is longer, or without end, stays as it is.</summary>
    /// <param name="left">Null for a letter that does not expire.</param>
    public static TimeSpan? LifeUnder(TimeSpan? left) => left < LetterClaim.LetterLife ? LetterClaim.LetterLife : left;
}
