using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Host.Explain;

/// <summary>All that was found out about one event in one flow, each from where it is known.</summary>
/// <param name="Row">Whether the outbox gives it as PENDING; null where nobody could say.</param>
/// <param name="RowSource">Who said so, for people.</param>
sealed record FlowFacts(string Flow, Category Category, string Topic, bool? Row, string RowSource)
{
    /// <summary>Of this process: who has the event in hand.</summary>
    public InFlightMark? InHand { get; init; }

    public LedgerEntry? Ledger { get; init; }

    public PublishedEvent? Published { get; init; }

    public LetterView? Letter { get; init; }

    /// <summary>The replay job that is to run, or runs, its letter.</summary>
    public string? Job { get; init; }

    /// <summary>What is left of a letter that is gone.</summary>
    public Tombstone? Tombstone { get; init; }

    /// <summary>As this process's visits found it.</summary>
    public TopicCircuitState? Circuit { get; init; }

    public PauseNote? Pause { get; init; }

    /// <summary>The process that has the flow, where it is not this one.</summary>
    public string? HeldBy { get; init; }

    public DateTimeOffset? HeldSince { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Of a flow with steps of its own.</summary>
    public string? Step { get; init; }

    /// <summary>Whom nothing could be asked, with its words.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
