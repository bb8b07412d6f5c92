using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

/// <summary>The rows. Not safe for several threads: who uses it holds the store's lock.</summary>
/// <param name="newId">Of rows and handlings.</param>
/// <param name="removed">Told of each event that goes.</param>
sealed partial class MemoryTables(Func<Guid> newId, Action<EventIdentity>? removed)
{
    readonly Dictionary<EventIdentity, MemoryRow> byIdentity = [];
    readonly SortedDictionary<long, MemoryRow> rows = [];
    readonly Dictionary<Guid, (MemoryRow Row, int Index)> handlings = [];
    readonly Dictionary<Guid, long> tokens = [];
    readonly Dictionary<Guid, ReadOnlyMemory<byte>> edited = [];
    long lastSequence;
    long lastRoutedNo;
    long lastPosition;

    /// <summary>Handlings with a letter; false: of an earlier death.</summary>
    public Dictionary<Guid, bool> Letters { get; } = [];

    /// <summary>By name, and so in the same order wherever the same was done.</summary>
    public SortedDictionary<string, Consumer> Consumers { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, StoreReplay> Replays { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<(string Type, int Version), EventSchema> Schemas { get; } = new(
        Comparer<(string Type, int Version)>.Create((a, b) =>
            string.CompareOrdinal(a.Type, b.Type) is var byType and not 0 ? byType : a.Version.CompareTo(b.Version)));

    public List<AuditLine> Audit { get; } = [];

    public IEnumerable<MemoryRow> Rows => rows.Values;

    public MemoryRow? Find(EventIdentity identity) => byIdentity.GetValueOrDefault(identity);

    public bool HasUnrouted => Unrouted.Any();

    IEnumerable<MemoryRow> Unrouted => rows.Values.Where(r => r.IsUnrouted);

    public Routed Route(RouteRequest request)
    {
        var unrouted = Unrouted.Take(request.Limit).ToArray();
        var takers = new Takers(request.Takers);
        var claimed = new List<Claimed>();
        foreach (var row in unrouted)
        {
            row.RoutedNo ??= ++lastRoutedNo;
            foreach (var consumer in Consumer.For(Consumers.Values, row.Event.Type))
            {
                var notBefore = row.Event.AvailableAt ?? request.Now;
                var handling = AddHandling(row, consumer, notBefore);
                if (takers.For(consumer, notBefore) is { } taker) claimed.Add(Lease(handling, taker));
            }

            row.IsRouted = row.Handlings.Count > 0;
            if (!row.IsRouted) row.NoConsumerSince = request.Now;
        }

        return new Routed(unrouted.Length, claimed);
    }

    public MemoryRow? RowOf(Guid handling) => handlings.TryGetValue(handling, out var place) ? place.Row : null;

    public Handling AddHandling(MemoryRow row, Consumer consumer, DateTimeOffset notBefore)
    {
        var key = consumer.OrderedByKey ? row.Event.EffectiveKey : null;
        var handling = new Handling(
            newId(), consumer.Name, new HandlingState.Waiting(notBefore), 0, ++lastPosition, key, null, null);
        handlings.Add(handling.Id, (row, row.Handlings.Count));
        row.Handlings.Add(handling);
        return handling;
    }

    public List<Claimed> Claim(ClaimRequest request) => [.. Claimable(request).Select(h => Lease(h, request))];

    public IReadOnlyList<Handling> Claimable(ClaimRequest request)
    {
        var mine = rows.Values.SelectMany(r => r.Handlings).Where(h => h.Consumer == request.Consumer);
        return ClaimOrder.Pick(mine, request.OrderedByKey, request.Expired, request.Now, request.Limit);
    }

    public IReadOnlySet<string> Due(DateTimeOffset now) => rows.Values.SelectMany(r => r.Handlings)
        .Where(h => ClaimOrder.IsDue(h, now)).Select(h => h.Consumer).ToHashSet(StringComparer.Ordinal);

    public System.Collections.Generic.HashSet<Guid> Renew(IReadOnlyList<LeaseRef> leases, DateTimeOffset until)
    {
        var held = new System.Collections.Generic.HashSet<Guid>();
        foreach (var lease in leases)
        {
            if (Held(lease.HandlingId, lease.Token) is not { State: HandlingState.Leased leased } handling) continue;
            Set(handling with { State = leased with { Until = until } });
            held.Add(handling.Id);
        }

        return held;
    }

    public Unit BeginLast(IReadOnlyList<LeaseRef> leases)
    {
        foreach (var handling in leases.Select(l => Held(l.HandlingId, l.Token)).OfType<Handling>())
            Set(handling with { LastTryBegan = true });
        return Unit.Default;
    }

    public System.Collections.Generic.HashSet<Guid> Close(IReadOnlyList<Closing> closings, DateTimeOffset now)
    {
        var closed = new System.Collections.Generic.HashSet<Guid>();
        foreach (var closing in closings)
        {
            if (Held(closing.HandlingId, closing.Token) is not { } handling) continue;
            Set(handling.After(closing.End, now));
            if (closing.End is TryEnd.Dead && Letters.ContainsKey(handling.Id)) Letters[handling.Id] = false;
            closed.Add(handling.Id);
        }

        return closed;
    }

    public Option<DateTimeOffset> NextDue(DateTimeOffset now)
    {
        var times = rows.Values.SelectMany(r => r.Handlings).Select(ClaimOrder.DueAt).OfType<DateTimeOffset>().Where(at => at > now)
            .ToArray();
        return times.Length == 0 ? Option<DateTimeOffset>.None : times.Min();
    }

    /// <summary>The consumer gets the event again, or for the first time; false where it has it in hand.</summary>
    public bool Receive(MemoryRow row, Consumer consumer, DateTimeOffset now)
    {
        row.IsRouted = true;
        row.NoConsumerSince = null;
        row.ExpiredAt = null;
        var handling = row.Handlings.Find(h => h.Consumer == consumer.Name);
        if (handling is null) AddHandling(row, consumer, now);
        else if (handling.State.IsOpen) return false;
        else Set(Edit(handling, default).Anew(now));
        return true;
    }

    public EventHandling? FindHandling(Guid id) =>
        handlings.TryGetValue(id, out var place) ? AsEventHandling(place.Row, place.Row.Handlings[place.Index]) : null;

    public EventHandling AsEventHandling(MemoryRow row, Handling handling) => new(
        handling, tokens.GetValueOrDefault(handling.Id), row.Event,
        edited.TryGetValue(handling.Id, out var bytes) ? bytes : Option<ReadOnlyMemory<byte>>.None);

    /// <summary>None: the event's own payload again.</summary>
    public Handling Edit(Handling handling, Option<ReadOnlyMemory<byte>> payload)
    {
        edited.Remove(handling.Id);
        payload.Iter(bytes => edited[handling.Id] = bytes);
        return handling with { IsEdited = payload.IsSome };
    }

    public void Set(Handling handling)
    {
        var (row, index) = handlings[handling.Id];
        row.Handlings[index] = handling;
    }

    public void Remove(MemoryRow row)
    {
        rows.Remove(row.Sequence);
        byIdentity.Remove(row.Event.Identity);
        removed?.Invoke(row.Event.Identity);
        foreach (var handling in row.Handlings)
        {
            handlings.Remove(handling.Id);
            tokens.Remove(handling.Id);
            edited.Remove(handling.Id);
            Letters.Remove(handling.Id);
        }
    }

    Claimed Lease(Handling handling, ClaimRequest request)
    {
        var token = tokens[handling.Id] = tokens.GetValueOrDefault(handling.Id) + 1;
        var row = handlings[handling.Id].Row;
        Set(handling with
        {
            State = new HandlingState.Leased(request.Owner, request.Now + request.Lease, token),
            Attempts = handling.Attempts + 1,
            StartedAt = handling.StartedAt ?? request.Now,
        });
        return new Claimed(
            handling.Id, token, handling.Consumer, handling.Attempts + 1, handling.Position, handling.StartedAt ?? request.Now, row.RowId,
            row.Event)
        {
            HasFailed = handling.LastError is not null, LastTryBegan = handling.LastTryBegan,
        }.Repaired(AsEventHandling(row, handling).Edited);
    }

    Handling? Held(Guid id, long token) =>
        handlings.TryGetValue(id, out var place) && place.Row.Handlings[place.Index] is { State: HandlingState.Leased leased } handling
            && leased.Token == token
            ? handling
            : null;
}
