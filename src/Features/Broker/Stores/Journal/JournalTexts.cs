using System.Diagnostics;
using Hobom.Slices.Broker.Stores.Sql;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>How a try ended.</summary>
sealed record ClosingText(Guid HandlingId, long Token, string End, DateTimeOffset? At, string? Reason)
{
    /// <summary>What failed, in the words of <see cref="FailureKinds"/>.</summary>
    public string? Kind { get; init; }

    public static ClosingText Of(Closing closing) => closing.End switch
    {
        TryEnd.Done => new(closing.HandlingId, closing.Token, "done", null, null),
        TryEnd.RetryAt retry => Failed(closing, "retry", retry.At, retry.Reason),
        TryEnd.Dead dead => Failed(closing, "dead", null, dead.Reason),
        TryEnd.HandBack back => Failed(closing, "back", back.NotBefore, back.Reason),
        _ => throw new UnreachableException(),
    };

    public Closing AsClosing() => new(HandlingId, Token, EndOf() with { Kind = FailureKinds.Parse(Kind) });

    TryEnd EndOf() => End switch
    {
        "done" => new TryEnd.Done(),
        "retry" => new TryEnd.RetryAt(At!.Value, Reason ?? ""),
        "dead" => new TryEnd.Dead(Reason ?? ""),
        "back" => new TryEnd.HandBack(At!.Value, Reason),
        _ => throw new InvalidDataException($"no end of a try: {End}"),
    };

    static ClosingText Failed(Closing closing, string end, DateTimeOffset? at, string? reason) =>
        new(closing.HandlingId, closing.Token, end, at, reason) { Kind = closing.End.Kind?.Word() };
}

sealed record ConsumerStateText(string State, string? Reason, DateTimeOffset? ProbeAt)
{
    public static ConsumerStateText Of(ConsumerState state) => state switch
    {
        ConsumerState.Active => new("active", null, null),
        ConsumerState.Paused paused => new("paused", paused.Reason, paused.ProbeAt),
        ConsumerState.Off off => new("off", off.Reason, null),
        _ => throw new UnreachableException(),
    };

    public ConsumerState AsState() => State switch
    {
        "active" => new ConsumerState.Active(),
        "paused" => new ConsumerState.Paused(Reason ?? "", ProbeAt),
        "off" => new ConsumerState.Off(Reason ?? ""),
        _ => throw new InvalidDataException($"no state of a consumer: {State}"),
    };
}

/// <param name="Definition">As <see cref="ConsumerText"/> writes it.</param>
sealed record ConsumerRow(string Name, string Kind, string Pattern, string Definition, ConsumerStateText State)
{
    public static ConsumerRow Of(Consumer consumer) => new(
        consumer.Name, ConsumerText.WordOf(consumer.Kind), consumer.Pattern.Text, ConsumerText.Write(consumer),
        ConsumerStateText.Of(consumer.State));

    public Consumer AsConsumer() => ConsumerText.Read(Name, Kind, Pattern, Definition, State.AsState());
}

/// <param name="Definition">As <see cref="ReplayText"/> writes it.</param>
sealed record ReplayRow(
    string Id, string Definition, DateTimeOffset CreatedAt, string State, long Cursor, long Given, long Waiting, DateTimeOffset NextAt,
    string? Why, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    public static ReplayRow Of(StoreReplay replay) => new(
        replay.Id, ReplayText.Write(replay), replay.CreatedAt, replay.State.ToString().ToLowerInvariant(), replay.Cursor, replay.Given,
        replay.Waiting, replay.NextAt, replay.Why, replay.StartedAt, replay.EndedAt);

    public StoreReplay AsReplay()
    {
        var text = ReplayText.Read(Definition);
        if (!Enum.TryParse<StoreReplayState>(State, ignoreCase: true, out var state))
            throw new InvalidDataException($"no state of a replay: {State}");
        return new StoreReplay(
            Id, text.By, CreatedAt, text.Choice(), text.Consumer, text.Rate, text.Bound, text.Count,
            state, Cursor, Given, Waiting, NextAt, Why, StartedAt, EndedAt);
    }
}

sealed record HandlingText(
    Guid Id, string Consumer, string State, DateTimeOffset At, string? Owner, long Token, int Attempts, long Position, string? Key,
    string? LastError, DateTimeOffset? StartedAt)
{
    /// <summary>The payload that this consumer gets instead of the event's own.</summary>
    public byte[]? Edited { get; init; }

    /// <summary>Null: none; false: of an earlier death.</summary>
    public bool? HasLetter { get; init; }

    public string? Kind { get; init; }

    public bool LastTryBegan { get; init; }

    /// <param name="token">The last one that was given out; 0 where none was.</param>
    public static HandlingText Of(Handling handling, long token)
    {
        var (state, at, owner) = handling.State switch
        {
            HandlingState.Waiting waiting => ("waiting", waiting.NotBefore, (string?)null),
            HandlingState.Leased leased => ("leased", leased.Until, leased.Owner),
            HandlingState.Failed failed => ("failed", failed.NextTryAt, null),
            HandlingState.Done done => ("done", done.At, null),
            HandlingState.Dead dead => ("dead", dead.At, null),
            HandlingState.Skipped skipped => ("skipped", skipped.At, null),
            _ => throw new UnreachableException(),
        };
        return new(
            handling.Id, handling.Consumer, state, at, owner, token, handling.Attempts, handling.Position, handling.Key, handling.LastError,
            handling.StartedAt)
        {
            Kind = handling.Kind?.Word(), LastTryBegan = handling.LastTryBegan,
        };
    }

    public Handling AsHandling() => new(Id, Consumer, StateOf(), Attempts, Position, Key, LastError, StartedAt)
    {
        IsEdited = Edited is not null, Kind = FailureKinds.Parse(Kind), LastTryBegan = LastTryBegan,
    };

    HandlingState StateOf() => State switch
    {
        "waiting" => new HandlingState.Waiting(At),
        "leased" => new HandlingState.Leased(Owner ?? "", At, Token),
        "failed" => new HandlingState.Failed(At),
        "done" => new HandlingState.Done(At),
        "dead" => new HandlingState.Dead(At),
        "skipped" => new HandlingState.Skipped(At),
        _ => throw new InvalidDataException($"no state of a handling: {State}"),
    };
}
