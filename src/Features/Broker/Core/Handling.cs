namespace Hobom.Slices.Broker;

/// <summary>How far one consumer is with one event.</summary>
public abstract record HandlingState
{
    HandlingState()
    {
    }

    /// <summary>Open: it still has something to happen by itself.</summary>
    public bool IsOpen => this is Waiting or Leased or Failed;

    /// <summary>Its followers of the same key may go: nothing of it is left to be done, by anybody.</summary>
    public bool LetsFollowersGo => this is Done or Skipped;

    public sealed record Waiting(DateTimeOffset NotBefore) : HandlingState;

    /// <param name="Token">Grows with each lease; who closes the handling names it.</param>
    public sealed record Leased(string Owner, DateTimeOffset Until, long Token) : HandlingState;

    public sealed record Failed(DateTimeOffset NextTryAt) : HandlingState;

    public sealed record Done(DateTimeOffset At) : HandlingState;

    /// <summary>Given up; waits for an operator.</summary>
    public sealed record Dead(DateTimeOffset At) : HandlingState;

    public sealed record Skipped(DateTimeOffset At) : HandlingState;
}

/// <summary>One event and one consumer that wants it.</summary>
/// <param name="Position">The order of routing.</param>
/// <param name="Key">None where the consumer keeps no order or the event has no key.</param>
/// <param name="Attempts">Counted before each try.</param>
public sealed record Handling(
    Guid Id, string Consumer, HandlingState State, int Attempts, long Position, string? Key, string? LastError, DateTimeOffset? StartedAt)
{
    /// <summary>This consumer gets a payload that an operator repaired; the event keeps its own.</summary>
    public bool IsEdited { get; init; }

    /// <summary>Of the last failure; null where there is none, or its row is older than this is noted.</summary>
    public FailureKind? Kind { get; init; }

    /// <summary>The last try that it may have was begun, alone, and has no end yet.</summary>
    public bool LastTryBegan { get; init; }

    /// <summary>
    /// As it is given out anew. The failure of one that was not done is kept: it may have arrived, so that whoever sends it has to look.
    /// One that was done is wanted once more, whatever arrived before.
    /// </summary>
    public Handling Anew(DateTimeOffset now) => this with
    {
        State = new HandlingState.Waiting(now), Attempts = 0, StartedAt = State is HandlingState.Done ? null : StartedAt,
        LastTryBegan = false,
    };

    /// <summary>As it is after a try.</summary>
    public Handling After(TryEnd end, DateTimeOffset now) => Ended(end, now) with { LastTryBegan = false };

    Handling Ended(TryEnd end, DateTimeOffset now) => end switch
    {
        TryEnd.Done => this with { State = new HandlingState.Done(now), LastError = null, Kind = null },
        TryEnd.RetryAt retry => this with { State = new HandlingState.Failed(retry.At), LastError = retry.Reason, Kind = end.Kind },
        TryEnd.Dead dead => this with { State = new HandlingState.Dead(now), LastError = dead.Reason, Kind = end.Kind },
        TryEnd.HandBack back => this with
        {
            State = new HandlingState.Waiting(back.NotBefore), Attempts = Attempts - 1,
            LastError = back.Reason ?? LastError, Kind = back.Reason is null ? Kind : end.Kind,
        },
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
