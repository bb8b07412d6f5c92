using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Which record is to ask whether its topic takes any again: the first that has not failed yet. One that failed may do so
/// by itself, or for a partition that alone is away, and must not speak for all. Safe from any thread.
/// </summary>
sealed class ProbeChoice
{
    /// <summary>Past this many it begins anew: the memory is a help and no promise.</summary>
    const int Limit = 10_000;

    readonly Lock gate = new();
    readonly HashSet<EventId> failed = [];

    public void NoteFailed(IEnumerable<EventId> ids)
    {
        lock (gate)
        {
            if (failed.Count >= Limit) failed.Clear();
            failed.UnionWith(ids);
        }
    }

    public void NoteDelivered(IEnumerable<EventId> ids)
    {
        lock (gate)
        {
            if (failed.Count > 0) failed.ExceptWith(ids);
        }
    }

    /// <param name="candidates">At least one, in order.</param>
    /// <param name="inDoubt">Whether a record may have been written already: such a one asks only where there is no other.</param>
    public Delivery Among(IReadOnlyCollection<Delivery> candidates, Func<Delivery, bool> inDoubt)
    {
        lock (gate)
        {
            if (candidates.FirstOrDefault(c => !HasFailed(c) && !inDoubt(c)) is { } fresh) return fresh;
            // All have had their turn: they have it again, from the first.
            foreach (var candidate in candidates.Where(c => !inDoubt(c))) failed.ExceptWith(IdsOf(candidate));
            if (candidates.FirstOrDefault(c => !inDoubt(c)) is { } again) return again;
            if (candidates.FirstOrDefault(c => !HasFailed(c)) is { } doubtful) return doubtful;
            failed.ExceptWith(candidates.SelectMany(IdsOf));
            return candidates.First();
        }
    }

    bool HasFailed(Delivery delivery) => IdsOf(delivery).Any(failed.Contains);

    static IEnumerable<EventId> IdsOf(Delivery delivery) => delivery.Events.Select(e => e.Id);
}
