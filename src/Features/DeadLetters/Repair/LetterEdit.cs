namespace Hobom.Slices.DeadLetters.Repair;

/// <summary>
/// That a person has changed a letter's payload. The original is kept beside it, byte for byte, until the letter is
/// delivered; so the changes tell places only, and no value.
/// </summary>
/// <param name="By">Who edited it last.</param>
/// <param name="OriginalSha256">Of the payload that failed; lower-case hexadecimal.</param>
/// <param name="Changes">From the original to the payload as it is; of many, the first <see cref="ChangeLimit"/>.</param>
/// <param name="ChangeCount">Those left out included.</param>
public sealed record LetterEdit(
    string By,
    DateTimeOffset At,
    string Reason,
    string OriginalSha256,
    IReadOnlyList<LetterChange> Changes,
    int ChangeCount)
{
    public const int ChangeLimit = 50;
}

/// <param name="Op">add, remove or replace.</param>
/// <param name="Path">A JSON Pointer (RFC 6901).</param>
public sealed record LetterChange(string Op, string Path);
