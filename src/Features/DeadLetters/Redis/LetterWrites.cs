using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>A change of one letter, to be committed as one.</summary>
/// <param name="Queue">Queues the commands on a transaction.</param>
/// <param name="Conditions">Beyond the one that the letter's record is still as it was read.</param>
sealed record LetterWrite(Func<ITransaction, IEnumerable<Task>> Queue, params IReadOnlyList<Condition> Conditions);

/// <summary>The commands that belong together. Whatever changes a letter says so in the change feed, in the same MULTI.</summary>
static class LetterWrites
{
    /// <summary>What lists know of the letter.</summary>
    public static IEnumerable<Task> Summarize(IDatabaseAsync db, DeadLetterKey key, LetterSummary summary, DateTimeOffset now) =>
    [
        db.HashSetAsync(LetterKeys.Summaries(key.Category), key.Id, summary.Format()),
        Announce(db, key, now),
    ];

    public static Task Announce(IDatabaseAsync db, DeadLetterKey key, DateTimeOffset now) =>
        db.SortedSetAddAsync(LetterKeys.Changed(key.Category), key.Id, now.ToUnixTimeMilliseconds());

    /// <param name="life">Null where it does not expire.</param>
    public static Task Expect(IDatabaseAsync db, DeadLetterKey key, TimeSpan? life, DateTimeOffset now) =>
        life is { } left
            ? db.SortedSetAddAsync(LetterKeys.Expiry(key.Category), key.Id, (now + left).ToUnixTimeMilliseconds())
            : db.SortedSetRemoveAsync(LetterKeys.Expiry(key.Category), key.Id);

    /// <param name="life">Null where it does not expire.</param>
    public static Task Live(IDatabaseAsync db, string name, TimeSpan? life) =>
        life is { } left ? db.KeyExpireAsync(name, left) : db.KeyPersistAsync(name);

    /// <summary>Takes out all that is left of a letter.</summary>
    public static IEnumerable<Task> Forget(IDatabaseAsync db, DeadLetterKey key, DateTimeOffset now) =>
    [
        db.KeyDeleteAsync([key.Format(), LetterKeys.Record(key), LetterKeys.Original(key), LetterKeys.Discarded(key)]),
        db.SortedSetRemoveAsync(LetterKeys.Index(key.Category), key.Id),
        db.SortedSetRemoveAsync(LetterKeys.Expiry(key.Category), key.Id),
        db.SortedSetRemoveAsync(LetterKeys.Undo(key.Category), key.Id),
        db.HashDeleteAsync(LetterKeys.Summaries(key.Category), key.Id),
        Announce(db, key, now),
    ];
}
