using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

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

/// <summary>
/// Claims in the letters' records. A claim is written on the condition that the record is still the one that was
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
            var result = Decide(seen, letter, claim, isRunning);
            return (result, result is ClaimResult.Granted
                ? WriteOf(letter.Key, (seen.Known ?? unwritten!) with { Claim = claim }, seen.TimeLeft)
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

    ClaimResult Decide(LetterSight seen, StoredLetter letter, LetterClaim claim, Func<string, bool> isRunning) =>
        seen.Record switch
        {
            _ when !seen.Exists => new ClaimResult.Changed("the letter was closed meanwhile"),
            RecordReading.None when letter.Record is RecordReading.None => new ClaimResult.Granted(false),
            RecordReading.Readable({ Claim: { } other }) when !other.GivesWayTo(claim, isRunning(other.Op), clock.GetUtcNow()) =>
                new ClaimResult.Held(other),
            RecordReading.Readable(var record)
                when letter.Record is RecordReading.Readable(var read) && read.PayloadSha256 == record.PayloadSha256 =>
                new ClaimResult.Granted(record.Claim is not null),
            _ => new ClaimResult.Changed("the letter was changed meanwhile"),
        };

    /// <summary>Nothing may expire under a replay; and a life that is longer, or without end, stays as it is.</summary>
    LetterWrite WriteOf(DeadLetterKey key, LetterRecord record, TimeSpan? left)
    {
        var life = left is { } l && l < LetterClaim.LetterLife ? LetterClaim.LetterLife : left;
        return new LetterWrite(
            transaction =>
            [
                transaction.StringSetAsync(LetterKeys.Record(key), LetterRecordText.Format(record), life, When.Always),
                RedisLetterIndex.AddAsync(transaction, key, record.LastFailedAt),
                .. LetterWrites.Summarize(transaction, key, LetterSummary.Of(record), clock.GetUtcNow()),
                .. life > left
                    ?
                    [
                        LetterWrites.Live(transaction, key.Format(), life),
                        LetterWrites.Live(transaction, LetterKeys.Original(key), life),
                        LetterWrites.Expect(transaction, key, life, clock.GetUtcNow()),
                    ]
                    : Array.Empty<Task>(),
            ],
            Condition.KeyExists(key.Format()));
    }
}
