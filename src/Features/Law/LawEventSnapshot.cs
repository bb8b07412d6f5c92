using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Law;

/// <summary>All that one look finds out about an event.</summary>
/// <param name="HasLetter">It waits as a dead letter.</param>
/// <param name="Holder">Who has it in hand in this process.</param>
/// <param name="IsHere">This process has the flow: nobody else can have the event in hand.</param>
public sealed record LawEventSnapshot(LawProgress Progress, bool HasLetter, InFlightMark? Holder, bool IsHere)
{
    /// <summary>As its letter or its pending row tells it; null where neither does.</summary>
    public LawEvent? Law { get; init; }

    /// <summary>What was generated from its input is kept.</summary>
    public bool IsKept { get; init; }

    /// <summary>From its input, begun in the last 24 h, as far as they may have been paid for.</summary>
    public int Generations { get; init; }

    /// <summary>Why its letter or row could not be read.</summary>
    public string? Problem { get; init; }

    /// <summary>Null where nothing at all is known of such an event.</summary>
    public LawEventState? State => this switch
    {
        { Progress.Stage: LawStage.Saved } => LawEventState.Saved,
        // A save that somebody is at has an end to come; another process may be.
        { Progress.Stage: LawStage.SaveBegun } => Holder is null && IsHere ? LawEventState.OutcomeUnknown : LawEventState.SaveBegun,
        { HasLetter: true } => LawEventState.Letter,
        { Progress.Stage: LawStage.Generated } or { IsKept: true } => LawEventState.Generated,
        { Holder: not null } => LawEventState.Generating,
        { Law: not null } or { Problem: not null } => LawEventState.Pending,
        _ => null,
    };
}

/// <summary>How far an event is, as the API tells it.</summary>
public enum LawEventState
{
    /// <summary>Nothing is done for it yet.</summary>
    Pending,

    Generating,

    /// <summary>Its text is kept and not saved yet.</summary>
    Generated,

    SaveBegun,
    Saved,

    /// <summary>A save was begun, nobody saw its end, and nobody is at it.</summary>
    OutcomeUnknown,

    /// <summary>Given up before anything could have been saved.</summary>
    Letter,
}
