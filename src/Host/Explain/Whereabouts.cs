using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters.Endpoints;

namespace Hobom.Slices.Host.Explain;

/// <summary>Where an event is and what it waits for. The names of the states are part of the API.</summary>
/// <param name="WaitsFor">A sentence; null where it waits for nothing.</param>
/// <param name="Since">Since when it is so, where that is known.</param>
readonly record struct Whereabouts(string State, string? WaitsFor, DateTimeOffset? Since)
{
    public const string InReplay = "in-replay";
    public const string DeadLetter = "dead-letter";
    public const string InDelivery = "in-delivery";
    public const string PublishedUnmarked = "published-unmarked";
    public const string InDoubt = "in-doubt";
    public const string Pending = "pending";
    public const string Published = "published";
    public const string Gone = "gone";
    public const string NotInOutbox = "not-in-outbox";
    public const string Unknown = "unknown";

    /// <summary>Whether the flow has, or had, the event at all.</summary>
    public bool IsKnown => State is not (NotInOutbox or Unknown);

    /// <summary>Pure. What a person could do something about comes first.</summary>
    public static Whereabouts Of(FlowFacts seen) => seen switch
    {
        { InHand: { By: not "poll" } hand } => new(InReplay, $"the end of a replay by {hand.By}", hand.Since),
        { InHand: { } hand } => new(InDelivery, $"the end of its delivery; the ledger: {WordOf(seen.Ledger)}", hand.Since),
        { Letter: { } letter } => OfLetter(seen, letter),
        { Ledger: { State: LedgerState.Published } ledger } => new(
            PublishedUnmarked, $"its row to be marked SENT; {Turn(seen)}", ledger.Since),
        { Ledger: { State: LedgerState.Begun } ledger } when seen.Row is not false => new(
            InDoubt, $"being looked up in {seen.Topic}: a publish was begun and its end not seen; {Turn(seen)}", ledger.Since),
        { Row: true } => new(Pending, Turn(seen), null),
        { Published: { } published } => new(Published, null, published.PublishedAt),
        { Tombstone: { } stone } => new(Gone, null, stone.GoneAt),
        { Step: { } step } => new(step == "saved" ? Published : Pending, $"step: {step}", null),
        { Ledger: { } ledger } => new(InDoubt, "nothing: its row is no longer PENDING, and nobody saw the end of a publish", ledger.Since),
        { Row: null } => new(Unknown, null, null),
        _ => new(NotInOutbox, null, null),
    };

    static Whereabouts OfLetter(FlowFacts seen, LetterView letter) =>
        seen.Job is { } job ? new(InReplay, $"its turn in replay job {job}", letter.LastFailedAt)
        : letter.State == "claimed" ? new(InReplay, "the end of a replay", letter.LastFailedAt)
        : letter.State == "provisional" && seen.Row is not false ? new(
            DeadLetter, $"the next visit, for its row is still PENDING; {Turn(seen)}", letter.LastFailedAt)
        : letter.State == "discarded" ? new(DeadLetter, "the end of its discard; until then it can be restored", letter.LastFailedAt)
        : letter.State == "unknown" ? new(
            DeadLetter, "an operator: whether the last replay was written is not known", letter.LastFailedAt)
        : new(DeadLetter, "an operator: replay, repair or discard", letter.LastFailedAt);

    /// <summary>What the next visit waits for.</summary>
    static string Turn(FlowFacts seen) => seen switch
    {
        { Pause: { } pause } => $"the poller is paused by {pause.By} since {pause.Since:u}",
        { HeldBy: { } holder } => $"the process that has the flow: {holder}",
        { Circuit: { OpenSince: { } open } circuit } =>
            $"topic {circuit.Topic} to take records again: its circuit is open since {open:u} ({circuit.Last?.Code})",
        { NextAttemptAt: { } next } => $"the next visit at {next:u}",
        _ => "the visit under way",
    };

    static string WordOf(LedgerEntry? entry) =>
        entry is null ? "nothing yet" : $"{entry.State.ToString().ToLowerInvariant()} since {entry.Since:u}";
}
