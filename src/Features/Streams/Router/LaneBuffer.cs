using Hobom.Slices.Core;

namespace Hobom.Slices.Streams;

/// <summary>An entry that was handed to this process and is not done with.</summary>
/// <param name="Deliveries">How often it was handed out, this time included; of one to be tried alone, up to now.</param>
/// <param name="Alone">To be counted first and then tried by itself: it failed, or its process died with it.</param>
/// <param name="Doomed">Not to be tried any more.</param>
/// <param name="Attempts">That this process has made, oldest first.</param>
sealed record HeldEntry(StreamEntry Entry, int Lane, long Deliveries, bool Alone, bool Doomed, IReadOnlyList<Attempt> Attempts)
{
    /// <summary>How often in a row its try met a state that was another than the one it was decided from.</summary>
    public int Stales { get; init; }

    public static HeldEntry Fresh(StreamEntry entry, int lane) => new(entry, lane, 1, Alone: false, Doomed: false, []);
}

/// <summary>
/// The entries in hand, in lanes: those of one lane leave in the order they came, and a lane that waits holds up no other.
/// What was taken out is either done with or given back before the next is taken.
/// </summary>
sealed class LaneBuffer
{
    readonly Queue<HeldEntry> fresh = new();
    readonly Dictionary<int, WaitingLane> waiting = [];

    public int Count => fresh.Count + waiting.Values.Sum(l => l.Entries.Count);

    /// <summary>When the first of the waiting lanes may go on; null where none waits.</summary>
    public DateTimeOffset? NextDue => waiting.Count == 0 ? null : waiting.Values.Min(l => l.Until);

    public IEnumerable<HeldEntry> All => fresh.Concat(waiting.Values.SelectMany(l => l.Entries));

    public void Add(HeldEntry entry) => fresh.Enqueue(entry);

    public void Clear()
    {
        fresh.Clear();
        waiting.Clear();
    }

    /// <summary>Gives back what was taken out of a lane and not done: the lane waits.</summary>
    /// <param name="entries">Of one lane, in order.</param>
    public void Wait(IReadOnlyList<HeldEntry> entries, DateTimeOffset until)
    {
        var lane = entries[0].Lane;
        IEnumerable<HeldEntry> later = waiting.TryGetValue(lane, out var now) ? now.Entries : [];
        waiting[lane] = new WaitingLane(new Queue<HeldEntry>([.. entries, .. later]), until);
    }

    /// <summary>What goes into the next step: one entry that is to be alone, or others up to a number.</summary>
    public IReadOnlyList<HeldEntry> Next(DateTimeOffset now, int most)
    {
        var batch = new List<HeldEntry>();
        foreach (var (lane, held) in waiting.Where(l => l.Value.Until <= now).OrderBy(l => l.Value.Entries.Peek().Entry.Id).ToArray())
        {
            if (held.Entries.Peek().Alone)
            {
                if (batch.Count > 0) continue;
                batch.Add(held.Entries.Dequeue());
                Forget(lane, held);
                return batch;
            }

            while (batch.Count < most && held.Entries.TryPeek(out var next) && !next.Alone) batch.Add(held.Entries.Dequeue());
            Forget(lane, held);
        }

        while (batch.Count < most && fresh.TryPeek(out var next))
        {
            if (waiting.TryGetValue(next.Lane, out var held)) held.Entries.Enqueue(fresh.Dequeue());
            else if (!next.Alone) batch.Add(fresh.Dequeue());
            else if (batch.Count == 0) return [fresh.Dequeue()];
            else break;
        }

        return batch;
    }

    void Forget(int lane, WaitingLane held)
    {
        if (held.Entries.Count == 0) waiting.Remove(lane);
    }

    sealed record WaitingLane(Queue<HeldEntry> Entries, DateTimeOffset Until);
}
