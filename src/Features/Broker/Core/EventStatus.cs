namespace Hobom.Slices.Broker;

/// <summary>The status words of the broker's contract. Dead is a kind of failed there, and a word of its own in the table.</summary>
public enum EventStatus
{
    /// <summary>No try was begun, or no consumer wants it yet.</summary>
    Pending,

    Processing,

    /// <summary>Every consumer is through.</summary>
    Completed,

    /// <summary>At least one consumer gave up, and none is under way any more.</summary>
    Failed,

    /// <summary>No consumer wanted it for as long as events wait for one. It is kept, and can be replayed to any.</summary>
    Expired,
}

public static class EventStatuses
{
    /// <summary>An event's status follows from its handlings and from nothing else.</summary>
    public static EventStatus Of(IReadOnlyCollection<Handling> handlings)
    {
        if (handlings.All(h => h is { State: HandlingState.Waiting, Attempts: 0 })) return EventStatus.Pending;
        if (handlings.Any(h => h.State.IsOpen)) return EventStatus.Processing;
        return handlings.Any(h => h.State is HandlingState.Dead) ? EventStatus.Failed : EventStatus.Completed;
    }

    /// <summary>The broker contract's word, in JSON.</summary>
    public static string Word(this EventStatus status) => status switch
    {
        EventStatus.Pending => "pending",
        EventStatus.Processing => "processing",
        EventStatus.Completed => "completed",
        EventStatus.Failed => "failed",
        EventStatus.Expired => "expired",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
