using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.DeadLetters.Replays;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>
/// The names under which the store keeps what is not the contract's. All begin with <c>dlqx:</c>, so that nothing
/// that looks for <c>dlq:</c> meets them.
/// </summary>
static class LetterKeys
{
    /// <summary>A set: the names of the categories that have or had letters.</summary>
    public const string Categories = "dlqx:categories";

    /// <summary>A string: the letter's <see cref="LetterRecord"/>.</summary>
    public static string Record(DeadLetterKey key) => $"dlqx:meta:{key.Category.Name}:{key.Id}";

    /// <summary>A string: the payload that failed, of a letter whose payload was edited; lives as long.</summary>
    public static string Original(DeadLetterKey key) => $"dlqx:orig:{key.Category.Name}:{key.Id}";

    /// <summary>A sorted set: ids by last failure, unix time in ms.</summary>
    public static string Index(Category category) => $"dlqx:idx:{category.Name}";

    /// <summary>A hash: by id the letter's <see cref="LetterSummary"/>. It outlives the letter until there is a tombstone.</summary>
    public static string Summaries(Category category) => $"dlqx:sum:{category.Name}";

    /// <summary>A sorted set: ids by when the letter is expected to expire, unix time in ms; held letters are not in it.</summary>
    public static string Expiry(Category category) => $"dlqx:exp:{category.Name}";

    /// <summary>A sorted set: ids by when the letter was last changed, unix time in ms. What is older than an hour is taken out.</summary>
    public static string Changed(Category category) => $"dlqx:changed:{category.Name}";

    /// <summary>A string: the payload of a letter that was put aside, byte for byte.</summary>
    public static string Discarded(DeadLetterKey key) => $"dlqx:discarded:{key.Category.Name}:{key.Id}";

    /// <summary>A sorted set: ids of letters that were put aside by when that becomes final, unix time in ms.</summary>
    public static string Undo(Category category) => $"dlqx:undo:{category.Name}";

    /// <summary>A hash: by a group's id what somebody has noted of it.</summary>
    public const string Notes = "dlqx:notes";

    /// <summary>A sorted set: ids of replay jobs by when they were planned, unix time in ms.</summary>
    public const string Jobs = "dlqx:jobs";

    /// <summary>A hash: by category the job that has it to itself.</summary>
    public const string JobsActive = "dlqx:jobs:active";

    /// <summary>A string: a <see cref="ReplayJob"/>.</summary>
    public static string Job(string id) => $"dlqx:job:{id}";

    /// <summary>A hash: the job's frozen list of keys in parts, a JSON array each, by the part's number.</summary>
    public static string JobKeys(string id) => $"dlqx:job:{id}:keys";

    /// <summary>A string: the process that runs the job; gone half a minute after that process.</summary>
    public static string JobLease(string id) => $"dlqx:job:{id}:lease";

    /// <summary>A stream: what is left of letters that are gone, a <see cref="Tombstone"/> an entry.</summary>
    public const string Tombstones = "dlqx:tombstones";

    /// <summary>A string, written to see whether Redis accepts writes.</summary>
    public const string Probe = RedisConnection.ProbeKey;
}
