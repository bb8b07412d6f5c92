namespace Hobom.Slices.Core;

/// <summary>
/// What is remembered of an event between its publish and its mark, so that no crash and no outage makes
/// the next visit publish it again without asking.
/// </summary>
/// <param name="Since">When the (first) publish began.</param>
/// <param name="Unknowns">How many publishes of it ended unknown, a process's death among them.</param>
public sealed record LedgerEntry(LedgerState State, DateTimeOffset Since, int Unknowns);

public enum LedgerState
{
    /// <summary>A publish began; whether the broker has it is not known unless it is in flight right now.</summary>
    Begun,

    /// <summary>The broker acknowledged it; its row still wants its mark.</summary>
    Published,
}
