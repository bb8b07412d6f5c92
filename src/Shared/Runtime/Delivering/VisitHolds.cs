using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// The events that one visit has in hand, from before its outbox is asked. One that is settled goes out of hand at once: a visit
/// may be long, and a letter of it can be replayed meanwhile. Should its row come again in this visit, it is left to the next.
/// </summary>
sealed class VisitHolds : IDisposable
{
    readonly InFlightEvents events;
    readonly Lock gate = new();
    readonly HashSet<EventId> held = [];

    public VisitHolds(InFlightEvents events)
    {
        this.events = events;
        events.BeginVisit();
    }

    /// <summary>False while another has the event, and where one had it since the visit began.</summary>
    public bool TryTake(EventId id)
    {
        if (!events.TryTakeForVisit(id)) return false;
        lock (gate) held.Add(id);
        return true;
    }

    /// <summary>Once: whoever takes it afterwards keeps it.</summary>
    public void Release(EventId id)
    {
        lock (gate)
        {
            if (!held.Remove(id)) return;
        }

        events.Release(id);
    }

    /// <summary>What is still in hand stays PENDING.</summary>
    public void Dispose()
    {
        events.EndVisit();
        EventId[] left;
        lock (gate)
        {
            left = [.. held];
            held.Clear();
        }

        foreach (var id in left) events.Release(id);
    }
}
