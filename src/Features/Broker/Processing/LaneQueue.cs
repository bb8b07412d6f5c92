namespace Hobom.Slices.Broker.Processing;

/// <summary>What one consumer's lane holds: what waits, in its order, and what is being tried, so many at a time.</summary>
/// <param name="canShare">Whether others may be tried in one transaction with it.</param>
sealed class LaneQueue(Func<HeldHandling, bool> canShare)
{
    readonly Lock gate = new();
    readonly LinkedList<HeldHandling> waiting = [];

    /// <summary>Each with the group that it is tried in: one that was put back may be in another by now.</summary>
    readonly Dictionary<HeldHandling, IReadOnlyList<HeldHandling>> running = [];

    /// <summary>Of those that run: tried with success, and the end is being written. The next is tried in their place.</summary>
    readonly HashSet<HeldHandling> ending = [];

    /// <summary>Being handed back: held until that is written.</summary>
    readonly HashSet<HeldHandling> leaving = [];

    TimeSpan? averageCall;
    int underWay;
    bool closed;

    public bool HasSuspect
    {
        get
        {
            lock (gate) return running.Keys.Any(h => h.IsSuspect) || waiting.Any(h => h.IsSuspect);
        }
    }

    public IReadOnlyList<HeldHandling> Held
    {
        get
        {
            lock (gate) return [.. running.Keys, .. waiting, .. leaving];
        }
    }

    /// <summary>
    /// How many more may be claimed: at least half a batch, at most one. Two are held at a time, so that one is on its way while
    /// the ends of the other are being written.
    /// </summary>
    public int Room(Consumer definition, int batchSize)
    {
        lock (gate)
        {
            var batch = Math.Max(batchSize, definition.Concurrency);
            var room = Math.Min(batch, (2 * batch) - waiting.Count - running.Count);
            return closed || room * 2 < batch ? 0 : room;
        }
    }

    public void Add(IEnumerable<HeldHandling> claimed)
    {
        lock (gate)
        {
            foreach (var held in claimed) waiting.AddLast(held);
        }
    }

    /// <summary>Those that are to be tried now, together; null where none is.</summary>
    public IReadOnlyList<HeldHandling>? Begin()
    {
        lock (gate)
        {
            if (closed || waiting.First?.Value is not { } first || underWay >= first.Consumer.Concurrency) return null;
            var size = canShare(first) ? GroupSize.Of(averageCall, waiting.Count, first.Consumer.Concurrency - underWay) : 1;
            var group = waiting.TakeWhile((held, index) => index < size && (index == 0 || canShare(held))).ToArray();
            foreach (var _ in group) waiting.RemoveFirst();
            foreach (var held in group) running[held] = group;
            underWay++;
            return group;
        }
    }

    public void NoteCall(TimeSpan took)
    {
        lock (gate) averageCall = GroupSize.Average(averageCall, took);
    }

    /// <summary>Its place is free for the next while its end is being written.</summary>
    public void NoteEnding(HeldHandling held)
    {
        lock (gate)
        {
            ending.Add(held);
            underWay--;
        }
    }

    /// <summary>First of those that wait, as they were.</summary>
    /// <returns>False where nothing is begun any more: then all that waits is to be handed back.</returns>
    public bool PutBack(HeldHandling[] untried)
    {
        if (untried.Length == 0) return true;
        lock (gate)
        {
            foreach (var held in untried.Reverse())
            {
                running.Remove(held);
                waiting.AddFirst(held);
            }

            return !closed;
        }
    }

    public void End(IReadOnlyList<HeldHandling> group)
    {
        lock (gate)
        {
            foreach (var held in group.Where(h => ReferenceEquals(running.GetValueOrDefault(h), group))) running.Remove(held);
            if (!group.Any(ending.Remove)) underWay--;
        }
    }

    /// <summary>Nothing more is begun.</summary>
    public void Close()
    {
        lock (gate) closed = true;
    }

    /// <summary>All that waits is taken out, to be handed back.</summary>
    public HeldHandling[] Drain()
    {
        lock (gate)
        {
            HeldHandling[] all = [.. waiting];
            waiting.Clear();
            leaving.UnionWith(all);
            return all;
        }
    }

    /// <summary>They never waited here.</summary>
    public void NoteLeaving(HeldHandling[] claimed)
    {
        lock (gate) leaving.UnionWith(claimed);
    }

    /// <summary>They are the store's again, or can no longer be handed back.</summary>
    public void NoteLeft(HeldHandling[] drained)
    {
        lock (gate) leaving.ExceptWith(drained);
    }
}
