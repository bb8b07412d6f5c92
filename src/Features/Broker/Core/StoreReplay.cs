using LanguageExt;

namespace Hobom.Slices.Broker;

/// <summary>Where a replay from the store stands. The names, in lower case, are stored and part of the API.</summary>
public enum StoreReplayState
{
    /// <summary>Nothing was given to anybody yet.</summary>
    Planned,

    Running,

    /// <summary>By a person, until resumed.</summary>
    Paused,

    Finished,
    Cancelled,
}

/// <summary>Which events. What is null does not restrict.</summary>
/// <param name="Ids">Of events, of any source where none is named.</param>
/// <param name="From">On created_at, inclusive, as is <paramref name="To"/>.</param>
/// <param name="OnlyDead">Only those whose handling by the consumer is dead.</param>
public sealed record ReplayChoice(
    EventPattern? Pattern, EventStatus? Status, string? Source, IReadOnlyList<string>? Ids, DateTimeOffset? From, DateTimeOffset? To,
    bool OnlyDead)
{
    public bool FitsType(string type) => Pattern?.Matches(type) ?? true;
}

/// <summary>
/// Events that are given to one consumer again, or for the first time. The set is frozen by the number up to which events had
/// been seen when it was planned: nothing ever appears behind that number.
/// </summary>
/// <param name="Rate">Events a second, at most.</param>
/// <param name="Bound">The last routed number that belongs to it.</param>
/// <param name="Count">Events that fitted when it was planned.</param>
/// <param name="Cursor">All up to this routed number were looked at.</param>
/// <param name="Given">Handlings that wait again, or anew.</param>
/// <param name="Waiting">Events that the consumer had in hand already, and keeps as they are.</param>
/// <param name="Why">What holds it up.</param>
public sealed record StoreReplay(
    string Id, string By, DateTimeOffset CreatedAt, ReplayChoice Choice, string Consumer, int Rate, long Bound, long Count,
    StoreReplayState State, long Cursor, long Given, long Waiting, DateTimeOffset NextAt, string? Why, DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt)
{
    public const int RateLimit = 10_000;

    /// <summary>Events that one step looks at, however few of them fit.</summary>
    public const int LookLimit = 500;

    /// <summary>What was given to one consumer before it went to those that want it would not go to them any more.</summary>
    public const string UnroutedWhy = "the next event has still to be given out to the consumers that want it";

    /// <summary>After so long it is asked again whether what held it up is over.</summary>
    static readonly TimeSpan HeldUpInterval = TimeSpan.FromSeconds(5);

    const int StepsPerSecond = 4;

    /// <summary>How many events one step gives out.</summary>
    public int StepSize => Math.Max(1, Rate / StepsPerSecond);

    /// <summary>Right: as it is after the order; left: why not.</summary>
    public Either<string, StoreReplay> Apply(ReplayOrderWord order, string by, DateTimeOffset now) => (order, State) switch
    {
        (ReplayOrderWord.Start, StoreReplayState.Planned) => this with { State = StoreReplayState.Running, StartedAt = now, NextAt = now },
        (ReplayOrderWord.Pause, StoreReplayState.Running) => this with { State = StoreReplayState.Paused, Why = $"paused by {by}" },
        (ReplayOrderWord.Resume, StoreReplayState.Paused) => this with { State = StoreReplayState.Running, Why = null, NextAt = now },
        (ReplayOrderWord.Cancel, StoreReplayState.Planned or StoreReplayState.Running or StoreReplayState.Paused) =>
            this with { State = StoreReplayState.Cancelled, Why = $"cancelled by {by}", EndedAt = now },
        (ReplayOrderWord.Start or ReplayOrderWord.Pause or ReplayOrderWord.Resume or ReplayOrderWord.Cancel, _) =>
            $"the replay is {State.ToString().ToLowerInvariant()}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Null where the consumer takes events now; else what the replay waits for.</summary>
    public static string? Hindrance(Consumer? consumer) => consumer?.State switch
    {
        null => "there is no such consumer",
        ConsumerState.Active => null,
        ConsumerState.Paused paused => $"the consumer is paused: {paused.Reason}",
        ConsumerState.Off off => $"the consumer is off: {off.Reason}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public StoreReplay HeldUp(string why, DateTimeOffset now) => this with { Why = why, NextAt = now + HeldUpInterval };

    /// <param name="upTo">The last number that was looked at.</param>
    /// <param name="isEnd">Nothing is left behind it.</param>
    public StoreReplay After(long upTo, int given, int waiting, bool isEnd, DateTimeOffset now) => this with
    {
        Cursor = isEnd ? Bound : upTo, Given = Given + given, Waiting = Waiting + waiting, Why = null,
        NextAt = now + (TimeSpan.FromSeconds(given) / Rate),
        State = isEnd ? StoreReplayState.Finished : State, EndedAt = isEnd ? now : null,
    };
}

/// <summary>What a person can tell a replay. The names, in lower case, are part of the API.</summary>
public enum ReplayOrderWord
{
    Start,
    Pause,
    Resume,
    Cancel,
}
