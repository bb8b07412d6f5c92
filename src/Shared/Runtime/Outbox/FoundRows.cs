namespace Hobom.Slices.Runtime.Outbox;

/// <summary>What an outbox gave as PENDING, or the next part of it.</summary>
/// <param name="Rest">What is known of the rows that are not here.</param>
public sealed record FoundRows<TRow>(IReadOnlyList<TRow> Rows, RowsBeyond Rest);

/// <summary>Which rows are PENDING beside those that an outbox has given so far.</summary>
public enum RowsBeyond
{
    /// <summary>None: what was not given has been closed.</summary>
    None,

    /// <summary>Not known yet: more of the same answer follows.</summary>
    ToFollow,

    /// <summary>There may be others, for the next visit.</summary>
    NextVisit,
}
