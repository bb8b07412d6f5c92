namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>
/// What a process knew before it took another log for its own: that log may have lost it. Events that somebody may still wait for, and
/// without what they would be handled otherwise: consumers, schemas and settings. How far each handling was is lost, so that an event may
/// be delivered once more.
/// </summary>
sealed class JournalOrphans
{
    readonly Queue<JournalCommand> commands = new();

    /// <summary>Beside what is noted already.</summary>
    public void Note(JournalReplica replica)
    {
        var all = replica.Dump();
        foreach (var consumer in all.Consumers) commands.Enqueue(new JournalCommand.SaveConsumer(consumer));
        foreach (var schema in all.Schemas) commands.Enqueue(new JournalCommand.AddSchema(schema));
        foreach (var (slug, value) in all.Settings) commands.Enqueue(new JournalCommand.SetSetting(slug, value, ""));
        foreach (var open in replica.Matching(e => e.Status is EventStatus.Pending or EventStatus.Processing or EventStatus.Failed))
            commands.Enqueue(new JournalCommand.Append([EventJson.Write(open.Event)]));
    }

    /// <summary>The first that is not there; null where there is none.</summary>
    public JournalCommand? Next(JournalReplica replica)
    {
        for (; commands.TryPeek(out var next); commands.Dequeue())
            if (!Has(replica, next)) return next;
        return null;
    }

    static bool Has(JournalReplica replica, JournalCommand command) => command switch
    {
        JournalCommand.SaveConsumer save => replica.HasConsumer(save.Consumer.Name),
        JournalCommand.AddSchema add => replica.HasSchema(add.Schema.Type, add.Schema.Version),
        JournalCommand.SetSetting set => replica.HasSetting(set.Slug),
        JournalCommand.Append append => replica.Find(EventJson.Read(append.Events[0]).Identity) is not null,
        _ => true,
    };
}
