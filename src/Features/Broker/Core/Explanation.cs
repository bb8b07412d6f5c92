using System.Diagnostics;

namespace Hobom.Slices.Broker;

/// <summary>What one handling waits for, or how it ended.</summary>
public abstract record Waits
{
    Waits()
    {
    }

    public sealed record ForItsTurn : Waits;

    /// <param name="Reason">Why it was put off; null where its publisher wanted it so.</param>
    public sealed record ForATime(DateTimeOffset Until, string? Reason) : Waits;

    public sealed record ForARetry(DateTimeOffset At, string? LastError) : Waits;

    /// <summary>Its try is under way.</summary>
    public sealed record ForTheEndOfATry(string Owner, DateTimeOffset LeasedUntil) : Waits;

    public sealed record ForTheConsumer(string State, string Reason) : Waits;

    /// <summary>Its subscription is gone.</summary>
    public sealed record ForNothing(string Consumer) : Waits;

    /// <summary>An operator must replay or discard it; followers of its key wait with it.</summary>
    public sealed record ForAnOperator(string? LastError) : Waits;

    public sealed record NoLonger : Waits;

    /// <param name="consumers">All that are registered.</param>
    public static Waits Of(Handling handling, IReadOnlyCollection<Consumer> consumers, DateTimeOffset now)
    {
        if (handling.State is HandlingState.Done or HandlingState.Skipped) return new NoLonger();
        if (handling.State is HandlingState.Dead) return new ForAnOperator(handling.LastError);
        if (handling.State is HandlingState.Leased leased) return new ForTheEndOfATry(leased.Owner, leased.Until);
        if (consumers.FirstOrDefault(c => c.Name == handling.Consumer) is not { } consumer) return new ForNothing(handling.Consumer);
        return consumer.State switch
        {
            ConsumerState.Paused paused => new ForTheConsumer("paused", paused.Reason),
            ConsumerState.Off off => new ForTheConsumer("off", off.Reason),
            ConsumerState.Active => ForTime(handling, now),
            _ => throw new UnreachableException(),
        };
    }

    static Waits ForTime(Handling handling, DateTimeOffset now) => handling.State switch
    {
        HandlingState.Waiting waiting when waiting.NotBefore > now => new ForATime(waiting.NotBefore, handling.LastError),
        HandlingState.Failed failed when failed.NextTryAt > now => new ForARetry(failed.NextTryAt, handling.LastError),
        HandlingState.Waiting or HandlingState.Failed => new ForItsTurn(),
        _ => throw new UnreachableException(),
    };
}
