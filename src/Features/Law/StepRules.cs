using System.Diagnostics;
using Hobom.Slices.Core;
using LanguageExt;

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
    /// <param name="Problem">The neighbour that was in the way, with its words, or null.</param>
    /// <param name="QuietFor">So long the neighbour wants to be left alone.</param>
    public sealed record LeftPending(string? Problem, TimeSpan QuietFor) : StepEnd
    {
        /// <summary>That was under way.</summary>
        public string Stage { get; init; } = VisitStage.Unexpected;
    }
}

/// <summary>Why no other try of a step follows.</summary>
public abstract record NoNextStepTry
{
    NoNextStepTry()
    {
    }

    /// <summary>The event becomes a dead letter.</summary>
    public sealed record GiveUp(PublishFailure Last, bool? NeighbourAway) : NoNextStepTry;

    /// <summary>The row stays PENDING and a later visit takes it up again.</summary>
    public sealed record LeavePending(string? Problem, TimeSpan QuietFor) : NoNextStepTry;
}

/// <summary>When a step is tried again. Pure.</summary>
public static class StepRules
{
    /// <summary>One event's waits on a neighbour that asked for it, in one visit and for one step.</summary>
    public static readonly TimeSpan WaitLimit = TimeSpan.FromMinutes(10);

    static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestOwnWait = TimeSpan.FromMinutes(1);

    /// <param name="attemptsMade">Attempts that failed, this one included; a wait that was asked for is none.</param>
    /// <param name="waits">How often the step waited because it was asked to.</param>
    /// <param name="waited">How long that was in all.</param>
    /// <param name="jitter">From 0 to 1, by chance.</param>
    /// <returns>Right: the next try; left: the end of it, with the reason.</returns>
    public static Either<NoNextStepTry, NextTry> After(
        StepFault fault, int attemptsMade, RetryPolicy policy, int waits, TimeSpan waited, double jitter) => fault switch
    {
        StepFault.StoreDown(var failure) => new NoNextStepTry.LeavePending($"Redis: {failure.Message}", TimeSpan.Zero),
        StepFault.Stopping => new NoNextStepTry.LeavePending(null, TimeSpan.Zero),
        StepFault.AskedToWait(var wish, var message) => AfterWish(wish ?? OwnWait(waits), message, waited),
        StepFault.Failed { TryAgain: true } when attemptsMade < policy.AttemptLimit =>
            new NextTry(policy.DelayAfter(attemptsMade, jitter)),
        StepFault.Failed failed => new NoNextStepTry.GiveUp(failed.Failure, failed.NeighbourAway),
        _ => throw new UnreachableException($"no such fault: {fault}"),
    };

    static Either<NoNextStepTry, NextTry> AfterWish(TimeSpan wish, string message, TimeSpan waited)
    {
        var wait = wish < ShortestWait ? ShortestWait : wish;
        return waited + wait <= WaitLimit
            ? new NextTry(wait)
            : new NoNextStepTry.LeavePending(message, wait);
    }

    /// <summary>A second, doubled each time, up to a minute.</summary>
    static TimeSpan OwnWait(int waits)
    {
        var grown = ShortestWait * Math.Pow(2, Math.Min(waits, 10));
        return grown < LongestOwnWait ? grown : LongestOwnWait;
    }
}
