using Hobom.Slices.Core;

namespace Hobom.Slices.DeadLetters;

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
}
