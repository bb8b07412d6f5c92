using System.Diagnostics;

namespace Hobom.Slices.Broker;

/// <summary>Why a try did not succeed, and whom it befalls.</summary>
public abstract record TryFailure
{
    TryFailure(string reason, TimeSpan? retryAfter) => (Reason, RetryAfter) = (reason, retryAfter);

    public string Reason { get; }

    /// <summary>Null where whoever tried it does not say.</summary>
    public FailureKind? Kind { get; init; }

    /// <summary>The receiver asked to be left alone for so long.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>This event, this time; many in a row say that it is the consumer.</summary>
    public sealed record Transient(string Why, TimeSpan? Wait = null) : TryFailure(Why, Wait);

    /// <summary>This event, always.</summary>
    public sealed record Permanent(string Why) : TryFailure(Why, null);

    /// <summary>Every event of the consumer: its receiver is down, its credentials are refused, its topic is missing.</summary>
    public sealed record ConsumerDown(string Why, TimeSpan? Wait = null) : TryFailure(Why, Wait);

    /// <summary>Nobody's fault, and not to be tried yet: this process does not know the version of its payload.</summary>
    public sealed record Parked(string Why, TimeSpan Wait) : TryFailure(Why, Wait);

    /// <summary>The receiver wants no more events (410).</summary>
    public sealed record ConsumerGone(string Why) : TryFailure(Why, null);

    /// <summary>The process is stopping and cannot wait for the end of the try.</summary>
    public sealed record Stopping() : TryFailure("the process was stopped in the middle of the try", null);
}

/// <summary>What becomes of a handling whose try is over.</summary>
public abstract record TryEnd
{
    TryEnd()
    {
    }

    /// <summary>Of the failure, where there was one and it is known.</summary>
    public FailureKind? Kind { get; init; }

    public sealed record Done : TryEnd;

    public sealed record RetryAt(DateTimeOffset At, string Reason) : TryEnd;

    public sealed record Dead(string Reason) : TryEnd;

    /// <summary>It waits again, and the attempt does not count.</summary>
    /// <param name="Reason">Null only where no try was begun: what was begun may have arrived, and the next try has to know.</param>
    public sealed record HandBack(DateTimeOffset NotBefore, string? Reason) : TryEnd;

    /// <param name="attempt">From 1, the failed one included.</param>
    /// <param name="consumerPaused">The failure was found to befall the consumer: the event is not to blame.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static TryEnd After(
        TryFailure failure, int attempt, ConsumerRetry retry, bool consumerPaused, DateTimeOffset now, double chance) => failure switch
        {
            TryFailure.Stopping or TryFailure.ConsumerGone => new HandBack(now, failure.Reason) { Kind = failure.Kind },
            TryFailure.Parked parked => new HandBack(now + parked.Wait, failure.Reason) { Kind = failure.Kind },
            TryFailure.Permanent => new Dead(failure.Reason) { Kind = failure.Kind },
            TryFailure.Transient or TryFailure.ConsumerDown when consumerPaused =>
                new HandBack(now, failure.Reason) { Kind = failure.Kind },
            TryFailure.Transient or TryFailure.ConsumerDown when attempt >= retry.AttemptLimit =>
                new Dead(failure.Reason) { Kind = failure.Kind },
            TryFailure.Transient or TryFailure.ConsumerDown =>
                new RetryAt(now + Wait(failure, retry.DelayBefore(attempt, chance)), failure.Reason) { Kind = failure.Kind },
            _ => throw new UnreachableException(),
        };

    static TimeSpan Wait(TryFailure failure, TimeSpan delay) =>
        failure.RetryAfter is { } asked && asked > delay ? asked : delay;
}
