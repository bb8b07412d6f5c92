using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Redis;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>The commands that belong together. Whatever changes a letter says so in the change feed, in the same write.</summary>
static class LetterWrites
{
    /// <summary>What lists know of the letter.</summary>
    public static IEnumerable<RedisCommand> Summarize(DeadLetterKey key, LetterSummary summary, DateTimeOffset now) =>
    [
        RedisCommand.SetFields(LetterKeys.Summaries(key.Category), new HashEntry(key.Id, summary.Format())),
        Announce(key, now),
    ];

    public static RedisCommand Announce(DeadLetterKey key, DateTimeOffset now) =>
        RedisCommand.Rank(LetterKeys.Changed(key.Category), key.Id, now.ToUnixTimeMilliseconds());

    /// <summary>Puts the letter into its category's index.</summary>
    public static IEnumerable<RedisCommand> Index(DeadLetterKey key, DateTimeOffset failedAt) =>
    [
        RedisCommand.Rank(LetterKeys.Index(key.Category), key.Id, failedAt.ToUnixTimeMilliseconds()),
        RedisCommand.AddToSet(LetterKeys.Categories, key.Category.Name),
    ];

    /// <summary>When the letter should expire.</summary>
    /// <param name="life">Null where it does not expire.</param>
    public static RedisCommand Expect(DeadLetterKey key, TimeSpan? life, DateTimeOffset now) =>
        life is { } left
            ? RedisCommand.Rank(LetterKeys.Expiry(key.Category), key.Id, (now + left).ToUnixTimeMilliseconds())
            : RedisCommand.Unrank(LetterKeys.Expiry(key.Category), key.Id);

    /// <summary>Takes out all that is left of a letter.</summary>
    public static IEnumerable<RedisCommand> Forget(DeadLetterKey key, DateTimeOffset now) =>
    [
        RedisCommand.Delete(key.Format(), LetterKeys.Record(key), LetterKeys.Original(key), LetterKeys.Discarded(key)),
        RedisCommand.Unrank(LetterKeys.Index(key.Category), key.Id),
        RedisCommand.Unrank(LetterKeys.Expiry(key.Category), key.Id),
        RedisCommand.Unrank(LetterKeys.Undo(key.Category), key.Id),
        RedisCommand.RemoveFields(LetterKeys.Summaries(key.Category), key.Id),
        Announce(key, now),
    ];
}
