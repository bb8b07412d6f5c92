namespace Hobom.Slices.Runtime.Outbox;

/// <summary>What an outbox gave as PENDING.</summary>
/// <param name="AreAll">No other row is PENDING: what is not here has been closed.</param>
public sealed record FoundRows<TRow>(IReadOnlyList<TRow> Rows, bool AreAll);
