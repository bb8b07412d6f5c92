using System.Diagnostics;

namespace Hobom.Slices.Core;

/// <summary>How one event's visit ended, before anything was written about it.</summary>
public abstract record EventOutcome
{
    EventOutcome()
    {
    }

    /// <summary>The broker has acknowledged it.</summary>
    /// <param name="StaleLetter">An earlier visit left a letter behind.</param>
    public sealed record Published(bool StaleLetter) : EventOutcome;

    public sealed record GaveUp(DeadLetter Letter) : EventOutcome;

    public sealed record Refused(DeadLetter Letter, bool CanBeMarked) : EventOutcome;

    public sealed record LeftPending : EventOutcome;
}

/// <summary>One write that closes an event.</summary>
public abstract record SettlementStep
{
    SettlementStep()
    {
    }

    public sealed record DropStaleLetter : SettlementStep
    {
        public static DropStaleLetter Instance { get; } = new();
    }

    public sealed record MarkSent : SettlementStep
    {
        public static MarkSent Instance { get; } = new();
    }

    public sealed record SaveDeadLetter(DeadLetter Letter) : SettlementStep;

    public sealed record MarkFailed(string Reason) : SettlementStep;
}

/// <summary>
/// How each event is closed, and in which order. Steps run in order and the first that fails ends the
/// settlement: the row stays PENDING. So nothing is ever FAILED without a letter, and a letter that an
/// earlier visit left behind is gone before its row is SENT.
/// </summary>
public static class Settlement
{
    static readonly SettlementStep[] Sent = [SettlementStep.MarkSent.Instance];
    static readonly SettlementStep[] SentAfterLetter =
        [SettlementStep.DropStaleLetter.Instance, SettlementStep.MarkSent.Instance];

    public static IReadOnlyList<SettlementStep> Of(EventOutcome outcome) => outcome switch
    {
        EventOutcome.Published { StaleLetter: true } => SentAfterLetter,
        EventOutcome.Published => Sent,
        EventOutcome.GaveUp(var letter) => Failed(letter),
        EventOutcome.Refused(var letter, CanBeMarked: true) => Failed(letter),
        EventOutcome.Refused(var letter, CanBeMarked: false) => [new SettlementStep.SaveDeadLetter(letter)],
        EventOutcome.LeftPending => [],
        _ => throw new UnreachableException($"no settlement of {outcome}"),
    };

    static SettlementStep[] Failed(DeadLetter letter) =>
        [new SettlementStep.SaveDeadLetter(letter), new SettlementStep.MarkFailed(letter.Reason)];
}
