namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>Who replays a letter. Kept in the letter's record, so that it holds for every process and outlives this one.</summary>
/// <param name="By">The name of the key that asked.</param>
/// <param name="Op">The replay, or the job that replays many.</param>
/// <param name="Process">The process that runs it.</param>
/// <param name="Until">Until then it holds; renewed while the replay is under way.</param>
/// <param name="Ended">Set where the replay ended and left open what became of it: why.</param>
public sealed record LetterClaim(
    string By, string Op, string Process, DateTimeOffset Since, DateTimeOffset Until, string? Ended = null)
{
    /// <summary>After so long without renewal its process is taken to be dead.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(20);

    /// <summary>What a claim leaves a letter at least: nothing may expire under a replay.</summary>
    public static readonly TimeSpan LetterLife = TimeSpan.FromHours(1);

    /// <summary>False: nobody knows how the replay ended.</summary>
    public bool IsHeld(DateTimeOffset now) => Ended is null && now < Until;

    /// <summary>
    /// Whether this operation may take the letter over: where nobody holds it any more, or its own process did and
    /// runs it no longer, or it is the same job, which goes on in one process only.
    /// </summary>
    public bool GivesWayTo(LetterClaim next, bool ownIsRunning, DateTimeOffset now) =>
        !IsHeld(now) || Op == next.Op || (Process == next.Process && !ownIsRunning);
}
