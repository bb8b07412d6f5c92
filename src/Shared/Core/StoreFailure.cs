namespace Hobom.Slices.Core;

/// <summary>Redis did not do what it was asked. A write that failed may have been applied.</summary>
public sealed record StoreFailure(string Message)
{
    /// <summary>Redis' own words where it answers and refuses what all work needs; null else.</summary>
    public string? Refusal { get; init; }
}
