using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

/// <summary>What comes of events that are given.</summary>
/// <param name="Fresh">Those that are not there, each once.</param>
/// <param name="Known">Each that was given, in order, with its row where it is there; repeated may also be what was given twice.</param>
sealed record AppendPlan(IReadOnlyList<BrokerEvent> Fresh, IReadOnlyList<(EventIdentity Event, Guid? RowId, bool Repeated)> Known)
{
    public static AppendPlan Nothing { get; } = new([], []);

    /// <param name="fresh">The rows that <see cref="Fresh"/> got.</param>
    public IReadOnlyList<Appended> Answer(IReadOnlyList<Appended> fresh)
    {
        var rows = fresh.ToDictionary(f => f.Event, f => f.RowId);
        return [.. Known.Select(k => new Appended(k.RowId ?? rows[k.Event], k.Event, k.Repeated))];
    }
}

/// <summary>How events come in, and make room.</summary>
sealed partial class MemoryTables
{
    /// <summary>All of them or none, and then nothing has changed.</summary>
    public Either<AppendRefusal, IReadOnlyList<Appended>> Append(IReadOnlyList<BrokerEvent> events, int limit, DateTimeOffset now) =>
        Plan(events, limit).Map(plan => Store(plan, limit, now));

    /// <summary>As <see cref="Append"/>, of what is in the journal already and cannot be refused for want of room any more.</summary>
    public Either<AppendRefusal, IReadOnlyList<Appended>> Accept(IReadOnlyList<BrokerEvent> events, int limit, DateTimeOffset now) =>
        Plan(events, int.MaxValue).Map(plan => Store(plan, limit, now));

    /// <summary>Changes nothing.</summary>
    public Either<AppendRefusal, AppendPlan> Plan(IReadOnlyList<BrokerEvent> events, int limit)
    {
        var fresh = new Dictionary<EventIdentity, BrokerEvent>();
        var known = new List<(EventIdentity, Guid?, bool)>();
        foreach (var given in events)
        {
            var row = byIdentity.GetValueOrDefault(given.Identity);
            var before = row?.Event ?? fresh.GetValueOrDefault(given.Identity);
            if (before is not null && !before.SaysTheSameAs(given)) return new AppendRefusal.OtherBody(given.Identity);
            if (before is null) fresh.Add(given.Identity, given);
            known.Add((given.Identity, row?.RowId, before is not null));
        }

        var surplus = Surplus(fresh.Count, limit);
        return Ended(surplus).Length < surplus ? new AppendRefusal.Full(limit) : new AppendPlan([.. fresh.Values], known);
    }

    /// <summary>
    /// How many must go for these to have room, where expired ones have to be among them; 0 where it goes without, or not at all.
    /// </summary>
    public int Lacks(IReadOnlyList<BrokerEvent> events, int limit)
    {
        var surplus = Surplus(events.Select(e => e.Identity).Distinct().Count(i => !byIdentity.ContainsKey(i)), limit);
        var ended = Ended(surplus).Length;
        if (ended >= surplus) return 0;
        var expired = rows.Values.Count(r => r.ExpiredAt is not null && r.Handlings.Count == 0);
        return ended + expired >= surplus ? surplus : 0;
    }

    /// <summary>Removes events that ended before then, and expired ones; so many at most.</summary>
    public int Purge(DateTimeOffset endedBefore, int limit)
    {
        var ended = rows.Values.Where(
                r => r.ExpiredAt < endedBefore || (r.Handlings.Count > 0 && r.Handlings.All(h => EndedBefore(h, endedBefore)))).Take(limit)
            .ToArray();
        foreach (var row in ended) Remove(row);
        return ended.Length;
    }

    static bool EndedBefore(Handling handling, DateTimeOffset time) =>
        handling.State is HandlingState.Done done && done.At < time || handling.State is HandlingState.Skipped skipped && skipped.At < time;

    int Surplus(int count, int limit) => Math.Max(0, rows.Count - limit + count);

    /// <summary>The oldest of those that make room for others.</summary>
    MemoryRow[] Ended(int count) => count == 0
        ? []
        : [.. rows.Values.Where(r => r.Handlings.Count > 0 && r.Handlings.All(h => h.State.LetsFollowersGo)).Take(count)];

    IReadOnlyList<Appended> Store(AppendPlan plan, int limit, DateTimeOffset now)
    {
        foreach (var row in Ended(Surplus(plan.Fresh.Count, limit))) Remove(row);
        return plan.Answer([.. plan.Fresh.Select(given => new Appended(Insert(given, now).RowId, given.Identity, Repeated: false))]);
    }

    MemoryRow Insert(BrokerEvent given, DateTimeOffset now)
    {
        var created = given.CreatedAt == default ? given with { CreatedAt = now } : given;
        var row = new MemoryRow(newId(), ++lastSequence, created);
        rows.Add(row.Sequence, row);
        byIdentity.Add(given.Identity, row);
        return row;
    }
}
