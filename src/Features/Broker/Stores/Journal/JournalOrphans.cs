namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>What the log lacks and a process adds to it.</summary>
/// <param name="IsForeign">Published to the storage itself, by another program; else lost by the storage.</param>
sealed record Orphan(JournalCommand Command, bool IsForeign);

/// <summary>
/// What a process knew before it took another log for its own: that log may have lost it. Events that somebody may still wait for, and
/// without what they would be handled otherwise: consumers, schemas and settings. How far each handling was is lost, so that an event may
/// be delivered once more. Beside them events of other programs which the log's own rule takes for none.
/// </summary>
sealed class JournalOrphans
{
    readonly Queue<Orphan> orphans = new();
    readonly HashSet<EventIdentity> settled = [];

    public bool IsEmpty => orphans.Count == 0;

    /// <summary>Beside what is noted already.</summary>
    public void Note(JournalReplica replica)
    {
        var all = replica.Dump();
        foreach (var consumer in all.Consumers) Lost(new JournalCommand.SaveConsumer(consumer));
        foreach (var schema in all.Schemas) Lost(new JournalCommand.AddSchema(schema));
        foreach (var (slug, value) in all.Settings) Lost(new JournalCommand.SetSetting(slug, value, ""));
        foreach (var open in replica.Matching(e => e.Status is EventStatus.Pending or EventStatus.Processing or EventStatus.Failed))
            Lost(new JournalCommand.Append([EventJson.Write(open.Event)]));
    }

    public void Offer(BrokerEvent given)
    {
        settled.Remove(given.Identity);
        orphans.Enqueue(new Orphan(new JournalCommand.Append([EventJson.Write(given)]), IsForeign: true));
    }

    /// <summary>An event that the log has further on is no orphan, also where it is done and gone by the log's end.</summary>
    public void Settle(JournalCommand applied)
    {
        if (IsEmpty || applied is not JournalCommand.Append append) return;
        foreach (var json in append.Events) settled.Add(EventJson.Read(json).Identity);
    }

    /// <summary>The first that is not there; null where there is none.</summary>
    public Orphan? Next(JournalReplica replica)
    {
        for (; orphans.TryPeek(out var next); orphans.Dequeue())
            if (!Has(replica, next.Command)) return next;
        settled.Clear();
        return null;
    }

    /// <summary>Gives up the one that <see cref="Next"/> gave.</summary>
    public void Drop() => orphans.Dequeue();

    void Lost(JournalCommand command) => orphans.Enqueue(new Orphan(command, IsForeign: false));

    bool Has(JournalReplica replica, JournalCommand command) => command switch
    {
        JournalCommand.SaveConsumer save => replica.HasConsumer(save.Consumer.Name),
        JournalCommand.AddSchema add => replica.HasSchema(add.Schema.Type, add.Schema.Version),
        JournalCommand.SetSetting set => replica.HasSetting(set.Slug),
        JournalCommand.Append append => EventJson.Read(append.Events[0]).Identity is var identity
            && (settled.Contains(identity) || replica.Find(identity) is not null),
        _ => true,
    };
}
