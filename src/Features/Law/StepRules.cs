using System.Diagnostics;
using Hobom.Slices.Core;

namespace Hobom.Slices.Law;

/// <summary>How a step ended that did not produce its value.</summary>
public abstract record StepEnd
{
    StepEnd()
    {
    }

    /// <summary>The event becomes a dead letter.</summary>
    /// <param name="Attempts">At least one, oldest first.</param>
    /// <param name="NeighbourAway">As the last fault says it; null where the neighbour was not asked.</param>
    public sealed record GaveUp(
        string Stage, PublishFailure Last, IReadOnlyList<Attempt> Attempts, bool? NeighbourAway) : StepEnd;

    /// <summary>The row stays PENDING and a later visit takes it up again.</summary>
    /// <param name="Trouble">The neighbour that was in the way, with its words, or null.</param>
    /// <param name="QuietFor">So long the neighbour wants to be left alone.</param>
    public sealed record Left(string? Trouble, TimeSpan QuietFor) : StepEnd;
}

/// <summary>What follows a try that failed.</summary>
public abstract record StepDecision
{
    StepDecision()
    {
    }

    public sealed record RetryAfter(TimeSpan Delay) : StepDecision;

    public sealed record GiveUp(PublishFailure Last, bool? NeighbourAway) : StepDecision;

    public sealed record Leave(string? Trouble, TimeSpan QuietFor) : StepDecision;
}

/// <summary>When a step is tried again. Pure.</summary>
public static class StepRules
{
    /// <summary>One event's waits on a neighbour that asked for it, in one visit and for one step.</summary>
    public static readonly TimeSpan WaitLimit = TimeSpan.FromMinutes(10);

    static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestOwnWait = TimeSpan.FromMinutes(1);

    /// <param name="attemptsMade">Attempts that failed, this one included; a wait that was asked for is none.</param>
    /// <param name="attemptLimit">At least 1.</param>
    /// <param name="waits">How often the step waited because it was asked to.</param>
    /// <param name="waited">How long that was in all.</param>
    /// <param name="jitter">From 0 to 1, by chance.</param>
    public static StepDecision After(
        StepFault fault, int attemptsMade, int attemptLimit, int waits, TimeSpan waited, double jitter) => fault switch
    {
        StepFault.StoreDown(var failure) => new StepDecision.Leave($"Redis: {failure.Message}", TimeSpan.Zero),
        StepFault.Stopping => new StepDecision.Leave(null, TimeSpan.Zero),
        StepFault.AskedToWait(var wish, var message) => AfterWish(wish ?? OwnWait(waits), message, waited),
        StepFault.Failed { TryAgain: true } when attemptsMade < attemptLimit =>
            new StepDecision.RetryAfter(RetryPolicy.Contract.DelayAfter(attemptsMade, jitter)),
        StepFault.Failed failed => new StepDecision.GiveUp(failed.Failure, failed.NeighbourAway),
        _ => throw new UnreachableException($"no such fault: {fault}"),
    };

    static StepDecision AfterWish(TimeSpan wish, string message, TimeSpan waited)
    {
        var wait = wish < ShortestWait ? ShortestWait : wish;
        return waited + wait <= WaitLimit
            ? new StepDecision.RetryAfter(wait)
            : new StepDecision.Leave(message, wait);
    }

    /// <summary>A second, doubled each time, up to a minute.</summary>
    static TimeSpan OwnWait(int waits)
    {
        var grown = ShortestWait * Math.Pow(2, Math.Min(waits, 10));
        return grown < LongestOwnWait ? grown : LongestOwnWait;
    }
}
