namespace Hobom.Slices.Host.CommandLine;

/// <summary>What <c>hobom dlq replay</c> was asked for: keys, or a filter, or all.</summary>
/// <param name="Keys">As given, each a well-formed key.</param>
/// <param name="Filter">By the name that the API has for it.</param>
/// <param name="Confirm">As the API spells it: unknown or delivered.</param>
sealed record ReplayOrder(
    IReadOnlyList<string> Keys, IReadOnlyList<KeyValuePair<string, string>> Filter, int? Rate, int? Canary, bool Yes, string? Confirm)
{
    /// <summary>Whether it is the replay of one letter, which needs no plan.</summary>
    public bool IsSingle => this is { Keys.Count: 1, Rate: null, Canary: null };
}
