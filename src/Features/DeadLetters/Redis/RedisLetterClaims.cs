using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>
/// Claims in the letters' records. A claim is written on the guard that the record is still the one that was
/// read: of any number that ask at once, in any number of processes, one gets it.
/// </summary>
public sealed class RedisLetterClaims(RedisDeadLetterStore store, TimeProvider clock)
{
    /// <param name="letter">As it was read; its payload is what will be sent.</param>
    /// <param name="unwritten">The record for a letter that has none: another program wrote it.</param>
    /// <param name="isRunning">Whether an operation runs in this process.</param>
    public Task<Either<StoreFailure, ClaimResult>> ClaimAsync(
        StoredLetter letter, LetterClaim claim, LetterRecord? unwritten, Func<string, bool> isRunning) =>
        store.ChangeAsync(letter.Key, seen =>
        {
            var now = clock.GetUtcNow();
            var result = LetterClaims.Decide(seen, letter, claim, isRunning, now);
            return (result, result is ClaimResult.Granted
                ? LetterChanges.OfClaim(letter.Key, (seen.Known ?? unwritten!) with { Claim = claim }, seen.TimeLeft, now)
                : null);
        });

    /// <summary>Where the operation still has it; a letter that is gone wants nothing.</summary>
    public Task<Either<StoreFailure, Unit>> RenewAsync(DeadLetterKey key, string op) =>
        OfAsync(key, op, record => record with { Claim = record.Claim! with { Until = clock.GetUtcNow() + LetterClaim.Life } });

    /// <param name="ended">Why nobody can say what became of the replay; null frees the letter.</param>
    /// <param name="change">What else is to be noted in the record.</param>
    public Task<Either<StoreFailure, Unit>> EndAsync(
        DeadLetterKey key, string op, string? ended, Func<LetterRecord, LetterRecord> change) =>
        OfAsync(key, op, record => change(record) with
        {
            Claim = ended is null ? null : record.Claim! with { Until = clock.GetUtcNow(), Ended = ended },
        });

    Task<Either<StoreFailure, Unit>> OfAsync(DeadLetterKey key, string op, Func<LetterRecord, LetterRecord> change) =>
        store.UpdateAsync(key, record => record.Claim?.Op == op ? change(record) : record);
}
