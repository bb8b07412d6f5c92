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
/// What was taken out is either done with or given back before the next is taken. Of a lane that waits there are so many in hand
/// at most: those behind them are let go of, stay pending, and come back when the lane has none left.
/// </summary>
/// <param name="laneLimit">At least 1.</param>
sealed class LaneBuffer(int laneLimit)
{
    readonly Queue<HeldEntry> fresh = new();
    readonly Dictionary<int, WaitingLane> waiting = [];
    readonly List<HeldEntry> released = [];

    public int Count => fresh.Count + waiting.Values.Sum(l => l.Entries.Count);

    /// <summary>Those that were not looked at yet.</summary>
    public int FreshCount => fresh.Count;

    /// <summary>The first of those; null where there is none.</summary>
    public EntryId? NextFresh => fresh.TryPeek(out var next) ? next.Entry.Id : null;

    /// <summary>Nothing is in hand, and nothing was let go of.</summary>
    public bool IsEmpty => fresh.Count == 0 && waiting.Count == 0;

    /// <summary>When the first of the waiting lanes may go on; null where none waits.</summary>
    public DateTimeOffset? NextDue => waiting.Count == 0 ? null : waiting.Values.Min(l => l.Until);

    /// <summary>A lane to be filled again, from the entries after an id; null where there is none.</summary>
    public (int Lane, EntryId After)? Drained =>
        waiting.Where(l => l.Value is { Entries.Count: 0, After: not null })
            .Select(l => ((int, EntryId)?)(l.Key, l.Value.After!.Value)).FirstOrDefault();

    public IEnumerable<HeldEntry> All => fresh.Concat(waiting.Values.SelectMany(l => l.Entries));

    public void Add(HeldEntry entry) => fresh.Enqueue(entry);

    public void Clear()
    {
        fresh.Clear();
        waiting.Clear();
        released.Clear();
    }

    /// <summary>Gives back what was taken out of a lane and not done: the lane waits.</summary>
    /// <param name="entries">Of one lane, in order.</param>
    public void Wait(IReadOnlyList<HeldEntry> entries, DateTimeOffset until)
    {
        var lane = entries[0].Lane;
        var before = waiting.GetValueOrDefault(lane);
        var now = waiting[lane] = new WaitingLane(until);
        foreach (var entry in entries.Concat(before?.Entries ?? [])) Queue(now, entry);
        now.After ??= before?.After;
    }

    /// <summary>Those that were let go of since the last time it was asked.</summary>
    public IReadOnlyList<HeldEntry> TakeReleased()
    {
        HeldEntry[] taken = [.. released];
        released.Clear();
        return taken;
    }

    /// <summary>Entries of a drained lane that are in hand again.</summary>
    /// <param name="after">Where more of the lane may be; null where there are none.</param>
    public void Refill(int lane, IReadOnlyList<HeldEntry> entries, EntryId? after)
    {
        var filled = waiting[lane];
        filled.After = null;
        foreach (var entry in entries) Queue(filled, entry);
        filled.After ??= after;
        Forget(lane, filled);
    }

    /// <summary>What goes into the next step: one entry that is to be alone, or others up to a number.</summary>
    public IReadOnlyList<HeldEntry> Next(DateTimeOffset now, int most)
    {
        var batch = new List<HeldEntry>();
        var due = waiting.Where(l => l.Value.Until <= now && l.Value.Entries.Count > 0);
        foreach (var (lane, held) in due.OrderBy(l => l.Value.Entries.Peek().Entry.Id).ToArray())
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
            if (waiting.TryGetValue(next.Lane, out var held)) Queue(held, fresh.Dequeue());
            else if (!next.Alone) batch.Add(fresh.Dequeue());
            else if (batch.Count == 0) return [fresh.Dequeue()];
            else break;
        }

        return batch;
    }

    void Queue(WaitingLane lane, HeldEntry entry)
    {
        if (lane.After is null && lane.Entries.Count < laneLimit)
        {
            lane.Entries.Enqueue(entry);
            return;
        }

        lane.After ??= lane.Entries.Last().Entry.Id;
        released.Add(entry);
    }

    void Forget(int lane, WaitingLane held)
    {
        if (held is { Entries.Count: 0, After: null }) waiting.Remove(lane);
    }

    sealed class WaitingLane(DateTimeOffset until)
    {
        public Queue<HeldEntry> Entries { get; } = new();

        public DateTimeOffset Until => until;

        /// <summary>What comes after it in the lane is pending and not in hand; null where all of the lane is in hand.</summary>
        public EntryId? After { get; set; }
    }
}
