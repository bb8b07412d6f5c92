using System.Diagnostics;

namespace Hobom.Slices.Core;

/// <summary>What follows a failed attempt.</summary>
public abstract record RetryDecision
{
    RetryDecision()
    {
    }

    public sealed record RetryAfter(TimeSpan Delay) : RetryDecision;

    /// <summary>The event becomes a dead letter.</summary>
    public sealed record GiveUp : RetryDecision;

    /// <summary>The row stays PENDING and a later visit takes it up again.</summary>
    public sealed record LeavePending : RetryDecision;
}

/// <summary>How often, and after how long, a failed step is tried again. Delays grow by a factor up to a limit.</summary>
/// <param name="AttemptLimit">Attempts in all, the first one included; at least 1.</param>
/// <param name="Multiplier">At least 1.</param>
/// <param name="JitterShare">
/// The part of a delay that chance may add, so that many do not come back at once: from 0 to
/// <paramref name="Multiplier"/> - 1, which keeps delays from shrinking. Chance never takes away.
/// </param>
public sealed record RetryPolicy(
    int AttemptLimit, TimeSpan InitialDelay, double Multiplier, TimeSpan DelayLimit, double JitterShare)
{
    /// <summary>The contract's: 3 attempts with 200 ms and then 400 ms between them.</summary>
    public static RetryPolicy Contract { get; } =
        new(3, TimeSpan.FromMilliseconds(200), 2, TimeSpan.FromSeconds(10), 0.1);

    /// <param name="attemptsMade">How many attempts have failed, this one included.</param>
    /// <param name="unknownsMade">How many of the event's publishes, in this and in earlier visits, ended unknown.</param>
    /// <param name="jitter">From 0 to 1, by chance.</param>
    public RetryDecision Next(PublishFailure failure, int attemptsMade, int unknownsMade, double jitter) =>
        failure switch
        {
            PublishFailure.Permanent or PublishFailure.TooLarge => new RetryDecision.GiveUp(),
            PublishFailure.Stopping => new RetryDecision.LeavePending(),
            // Another try now could only double it. A later visit asks Kafka first.
            PublishFailure.Unknown when unknownsMade < AttemptLimit => new RetryDecision.LeavePending(),
            PublishFailure.Unknown => new RetryDecision.GiveUp(),
            PublishFailure.Transient when attemptsMade >= AttemptLimit => new RetryDecision.GiveUp(),
            PublishFailure.Transient => new RetryDecision.RetryAfter(DelayAfter(attemptsMade, jitter)),
            _ => throw new UnreachableException(),
        };

    /// <summary>The wait after the given number of failed attempts.</summary>
    public TimeSpan DelayAfter(int attemptsMade, double jitter)
    {
        var grown = InitialDelay.TotalMilliseconds * Math.Pow(Multiplier, Math.Max(0, attemptsMade - 1));
        var scattered = grown * (1 + (JitterShare * Math.Clamp(jitter, 0, 1)));
        return TimeSpan.FromMilliseconds(Math.Min(scattered, DelayLimit.TotalMilliseconds));
    }
}
