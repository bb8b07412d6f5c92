using System.Diagnostics;
using LanguageExt;

namespace Hobom.Slices.Core;

/// <summary>What follows a failed attempt that is worth another: that, after a wait.</summary>
public readonly record struct NextTry(TimeSpan Delay);

/// <summary>Why no other attempt follows in this visit.</summary>
/// <param name="Reason">For people.</param>
public abstract record NoNextTry(string Reason)
{
    /// <summary>The event becomes a dead letter.</summary>
    public sealed record GiveUp(string Reason) : NoNextTry(Reason);

    /// <summary>The row stays PENDING and a later visit takes it up again.</summary>
    public sealed record LeavePending(string Reason) : NoNextTry(Reason);
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

    /// <summary>The wait after the given number of failed attempts.</summary>
    public TimeSpan DelayAfter(int attemptsMade, double jitter)
    {
        var grown = InitialDelay.TotalMilliseconds * Math.Pow(Multiplier, Math.Max(0, attemptsMade - 1));
        var scattered = grown * (1 + (JitterShare * Math.Clamp(jitter, 0, 1)));
        return TimeSpan.FromMilliseconds(Math.Min(scattered, DelayLimit.TotalMilliseconds));
    }
}

/// <summary>What one flow may try, and how often. Three limits, because each costs something else.</summary>
/// <param name="Publish">Attempts of one visit to publish, or to take a step.</param>
/// <param name="Mark">Attempts of one visit to mark a row: the backend's patience, not Kafka's.</param>
/// <param name="UnknownLimit">Publishes of one event, over all visits, that may end unknown before it becomes a letter; at least 1.</param>
public sealed record FlowPolicies(RetryPolicy Publish, RetryPolicy Mark, int UnknownLimit)
{
    /// <summary>The contract's for all flows.</summary>
    public static FlowPolicies Contract { get; } = new(RetryPolicy.Contract, RetryPolicy.Contract, 3);

    /// <summary>Right: the next try; left: the end of it, with the reason.</summary>
    /// <param name="attemptsMade">How many attempts have failed in this visit, this one included.</param>
    /// <param name="unknownsMade">How many of the event's publishes, in this and in earlier visits, ended unknown.</param>
    /// <param name="jitter">From 0 to 1, by chance.</param>
    public Either<NoNextTry, NextTry> AfterPublish(PublishFailure failure, int attemptsMade, int unknownsMade, double jitter) =>
        failure switch
        {
            PublishFailure.Permanent or PublishFailure.TooLarge => new NoNextTry.GiveUp("it cannot be written as it is"),
            PublishFailure.Stopping => new NoNextTry.LeavePending("nothing was tried"),
            // Another try now could only double it. A later visit asks Kafka first.
            PublishFailure.Unknown when unknownsMade < UnknownLimit => new NoNextTry.LeavePending("it may have been written"),
            PublishFailure.Unknown => new NoNextTry.GiveUp($"{unknownsMade} publishes of it ended unknown"),
            PublishFailure.Transient when attemptsMade >= Publish.AttemptLimit => new NoNextTry.GiveUp($"{attemptsMade} attempts failed"),
            PublishFailure.Transient => new NextTry(Publish.DelayAfter(attemptsMade, jitter)),
            _ => throw new UnreachableException($"nothing follows {failure}"),
        };
}
