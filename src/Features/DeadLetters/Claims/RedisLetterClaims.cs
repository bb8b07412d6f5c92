using Hobom.Slices.Core;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters;

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
    public async Task<Either<StoreFailure, ClaimResult>> ClaimAsync(
        StoredLetter letter, LetterClaim claim, LetterRecord? unwritten, Func<string, bool> isRunning)
    {
        ClaimResult result = new ClaimResult.Changed("the letter is gone");
        var written = await store.ChangeAsync(letter.Key, seen =>
        {
            result = Decide(seen, letter, claim, isRunning);
            if (result is not ClaimResult.Granted) return null;
            var record = (seen!.Record as RecordReading.Readable)?.Record ?? unwritten!;
            return transaction => Write(transaction, letter.Key, record with { Claim = claim }, seen.TimeLeft);
        });
        return written.Map(_ => result);
    }

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

    ClaimResult Decide(LetterOnFile? seen, StoredLetter letter, LetterClaim claim, Func<string, bool> isRunning)
    {
        switch (seen?.Record)
        {
            case null:
                return new ClaimResult.Changed("the letter was closed meanwhile");
            case RecordReading.None when letter.Record is RecordReading.None:
                return new ClaimResult.Granted(false);
            case RecordReading.Readable({ Claim: { } other } record)
                when !other.GivesWayTo(claim, isRunning(other.Op), clock.GetUtcNow()):
                return new ClaimResult.Held(other);
            case RecordReading.Readable(var record)
                when letter.Record is RecordReading.Readable(var read) && read.PayloadSha256 == record.PayloadSha256:
                return new ClaimResult.Granted(record.Claim is not null);
            default:
                return new ClaimResult.Changed("the letter was changed meanwhile");
        }
    }

    static IReadOnlyList<Task> Write(ITransaction transaction, DeadLetterKey key, LetterRecord record, TimeSpan? left)
    {
        var life = left is { } l && l < LetterClaim.LetterLife ? LetterClaim.LetterLife : left;
        var tasks = new List<Task>
        {
            transaction.StringSetAsync(LetterKeys.Record(key), LetterRecordText.Format(record), life, When.Always),
            RedisLetterIndex.AddAsync(transaction, key, record.LastFailedAt),
        };
        if (life > left)
        {
            tasks.Add(transaction.KeyExpireAsync(key.Format(), life));
            tasks.Add(transaction.KeyExpireAsync(LetterKeys.Original(key), life));
        }

        return tasks;
    }
}
