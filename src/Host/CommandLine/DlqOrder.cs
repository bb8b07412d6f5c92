namespace Hobom.Slices.Host.CommandLine;

/// <summary>What the arguments of <c>hobom dlq</c> ask for.</summary>
/// <param name="Keys">As given, each a well-formed key.</param>
/// <param name="Filter">By the name that the API has for it, in the order given.</param>
sealed record DlqOrder(string Verb, IReadOnlyList<string> Keys, IReadOnlyList<KeyValuePair<string, string>> Filter)
{
    public bool All { get; init; }

    public int? Limit { get; init; }

    public string? Cursor { get; init; }

    public int? Rate { get; init; }

    public int? Canary { get; init; }

    public string? Reason { get; init; }

    public bool Yes { get; init; }

    /// <summary>As the API spells it: unknown or delivered.</summary>
    public string? Confirm { get; init; }

    public bool Json { get; init; }

    /// <summary>Null where it is left to the environment.</summary>
    public string? Url { get; init; }
}
