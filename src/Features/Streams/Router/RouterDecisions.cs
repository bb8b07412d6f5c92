using System.Diagnostics;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>What becomes of an entry whose type nobody handles.</summary>
public enum UnknownTypePolicy
{
    /// <summary>It waits as a dead letter: a build that knows the type can take it.</summary>
    DeadLetter,

    /// <summary>Acknowledged and counted, as the router's first design has it.</summary>
    Acknowledge,

    /// <summary>It stays pending, beside the others, until a build that knows the type takes the stream over.</summary>
    Hold,
}

/// <summary>What is done with an entry.</summary>
public abstract record Verdict
{
    Verdict()
    {
    }

    /// <summary>Its effect, the memory of it and its acknowledgement, in one step.</summary>
    public sealed record Apply(Changes Changes) : Verdict;

    public sealed record DeadLetter(string Reason) : Verdict;

    public sealed record Hold(string Reason) : Verdict;
}

/// <summary>What follows a try that failed.</summary>
public abstract record AfterFailure
{
    AfterFailure()
    {
    }

    public sealed record RetryAfter(TimeSpan Delay) : AfterFailure;

    public sealed record DeadLetter : AfterFailure;
}

/// <summary>How an entry that was left pending is taken over.</summary>
public abstract record Takeover
{
    Takeover()
    {
    }

    /// <param name="Deliveries">What the count becomes.</param>
    public sealed record Together(long Deliveries) : Takeover;

    /// <summary>It was taken over before and its process died again: counted first, then tried by itself, so that it takes no other with
    /// it.</summary>
    public sealed record Alone(long Deliveries) : Takeover;

    public sealed record DeadLetter(long Deliveries) : Takeover;

    /// <summary>Another program's, which may be at work on it.</summary>
    public sealed record Leave : Takeover;
}

/// <summary>An entry that was delivered and not acknowledged.</summary>
/// <param name="Deliveries">How often it was handed out.</param>
public sealed record PendingItem(EntryId Id, string Consumer, TimeSpan Idle, long Deliveries);

/// <summary>What the router does, decided from values. Pure.</summary>
public static class RouterDecisions
{
    public const int DefaultDeliveryLimit = 5;

    /// <summary>How long another program's entry has to lie before it is taken for abandoned.</summary>
    public static readonly TimeSpan ForeignIdleLimit = TimeSpan.FromSeconds(60);

    static readonly RetryPolicy Retries = new(DefaultDeliveryLimit, TimeSpan.FromMilliseconds(100), 2, TimeSpan.FromSeconds(2), 0);

    public static Verdict Decide(Either<EntryRefusal, Changes> handled, UnknownTypePolicy policy) => handled.Match<Verdict>(
        Right: changes => new Verdict.Apply(changes),
        Left: refusal => (refusal, policy) switch
        {
            (EntryRefusal.UnknownType, UnknownTypePolicy.Acknowledge) => new Verdict.Apply(Changes.None),
            (EntryRefusal.UnknownType, UnknownTypePolicy.Hold) => new Verdict.Hold(refusal.Reason),
            (EntryRefusal.UnknownType, UnknownTypePolicy.DeadLetter) => new Verdict.DeadLetter(refusal.Reason),
            // What is malformed today is malformed tomorrow.
            (EntryRefusal.NoType or EntryRefusal.MissingField or EntryRefusal.BadField, _) => new Verdict.DeadLetter(refusal.Reason),
            _ => throw new UnreachableException(),
        });

    /// <param name="deliveries">With this one.</param>
    public static AfterFailure AfterFailed(long deliveries, int limit) =>
        deliveries >= limit
            ? new AfterFailure.DeadLetter()
            : new AfterFailure.RetryAfter(Retries.DelayAfter((int)deliveries, jitter: 0));

    /// <summary>
    /// How a pending entry is taken over by the shard's new owner: of the router's own processes at once, for only the
    /// shard's owner can do anything with it.
    /// </summary>
    /// <param name="me">This process's consumer name.</param>
    /// <param name="isRouters">Whether a consumer's name is one of the router's.</param>
    public static Takeover TakeOver(PendingItem item, string me, Func<string, bool> isRouters, int limit) =>
        item.Consumer == me ? new Takeover.Together(Math.Max(1, item.Deliveries))
        : !isRouters(item.Consumer) && item.Idle < ForeignIdleLimit ? new Takeover.Leave()
        : item.Deliveries >= limit ? new Takeover.DeadLetter(item.Deliveries)
        : item.Deliveries >= 2 ? new Takeover.Alone(item.Deliveries)
        : new Takeover.Together(item.Deliveries + 1);

    /// <summary>
    /// A stop in order is nobody's death: what was handed out and not tried was not delivered, and is counted back.
    /// </summary>
    /// <returns>What the count becomes; null where it stays: the entry failed, or is only counted right before its try.</returns>
    internal static long? HandBack(HeldEntry held) =>
        held is { Alone: false, Doomed: false, Attempts.Count: 0 } ? Math.Max(0, held.Deliveries - 1) : null;
}
