using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

/// <summary>
/// Events in this process alone, gone with it. Bounded: when it is full of events that are not done, it refuses before
/// it stores anything; one that is done or has expired makes room.
/// </summary>
/// <param name="newId">Of rows and handlings; null: by chance.</param>
/// <param name="removed">Told of each event that goes, with the store's lock held.</param>
public sealed class MemoryStore(int eventLimit, TimeProvider clock, Func<Guid>? newId = null, Action<EventIdentity>? removed = null)
{
    /// <summary>The contract's number.</summary>
    public const int DefaultEventLimit = 10_000;

    readonly Lock gate = new();
    readonly MemoryTables tables = new(newId ?? Guid.CreateVersion7, removed);
    readonly Signals signal = new();

    public static BrokerStore Open(int eventLimit, TimeProvider clock) => new MemoryStore(eventLimit, clock).AsStore();

    /// <summary>Whether a call would change anything.</summary>
    internal bool HasUnrouted
    {
        get
        {
            lock (gate) return tables.HasUnrouted;
        }
    }

    internal bool HasClaimable(ClaimRequest request)
    {
        lock (gate) return tables.Claimable(request).Count > 0;
    }

    internal bool HasReplayDue(DateTimeOffset now)
    {
        lock (gate) return tables.Replays.Values.Any(r => r.State is StoreReplayState.Running && r.NextAt <= now);
    }

    internal Consumer? FindConsumer(string name)
    {
        lock (gate) return tables.Consumers.GetValueOrDefault(name);
    }

    internal StoreReplay? FindReplay(string id)
    {
        lock (gate) return tables.Replays.GetValueOrDefault(id);
    }

    /// <summary>Of the last entry; empty before the first.</summary>
    internal string LastAuditHash
    {
        get
        {
            lock (gate) return tables.Audit.Count == 0 ? "" : tables.Audit[^1].Hash;
        }
    }

    internal StoredEvent? Find(EventIdentity identity)
    {
        lock (gate) return tables.Find(identity)?.AsStored();
    }

    internal StoredEvent? EventOf(Guid handling)
    {
        lock (gate) return tables.RowOf(handling)?.AsStored();
    }

    internal IReadOnlyList<StoredEvent> Matching(Func<StoredEvent, bool> fits)
    {
        lock (gate) return [.. tables.Rows.Select(r => r.AsStored()).Where(fits)];
    }

    internal Either<AppendRefusal, AppendPlan> Plan(IReadOnlyList<BrokerEvent> events)
    {
        lock (gate) return tables.Plan(events, eventLimit);
    }

    /// <summary>As <see cref="MemoryTables.Lacks"/>.</summary>
    internal int Lacks(IReadOnlyList<BrokerEvent> events)
    {
        lock (gate) return tables.Lacks(events, eventLimit);
    }

    internal T Ask<T>(Func<MemoryTables, T> ask)
    {
        lock (gate) return ask(tables);
    }

    internal TablesText Dump()
    {
        lock (gate) return tables.Dump();
    }

    internal void Load(TablesText text)
    {
        lock (gate) tables.Load(text);
        signal.Set();
    }

    public BrokerStore AsStore() => new(
        (events, _) => Task.FromResult(Append(events)),
        (request, _) => Answer(() => tables.Route(request)),
        (request, _) => Answer<IReadOnlyList<Claimed>>(() => tables.Claim(request)),
        (leases, until, _) => Answer<IReadOnlySet<Guid>>(() => tables.Renew(leases, until)),
        (leases, _) => Answer(() => tables.BeginLast(leases)),
        (closings, now, _) => Answer<IReadOnlySet<Guid>>(() => tables.Close(closings, now)),
        TransactAsync,
        (now, _) => Answer(() => tables.Due(now)),
        (now, _) => Answer(() => tables.NextDue(now)),
        new MemoryConsumers(tables, gate, signal).AsRegister(),
        new MemoryReading(tables, gate).AsReader(),
        new MemoryOperations(tables, gate, signal).AsOperations(),
        new MemoryDead(tables, gate, signal).AsPort(),
        new MemoryReplays(tables, gate, signal).AsRegister(),
        new MemoryAudit(tables, gate).AsRegister(),
        new MemorySchemas(tables, gate).AsRegister(),
        new SettingRegister(
            _ => Answer<IReadOnlyDictionary<string, string>>(() => new Dictionary<string, string>(tables.Settings, StringComparer.Ordinal)),
            (slug, value, _, _) => Answer(() =>
            {
                tables.Settings[slug] = value;
                return Unit.Default;
            })),
        WakeUp.Of(signal),
        new SharedStorage.Memory(gate));

    internal Task<Either<StoreFailure, bool>> PutAsync(Consumer consumer) =>
        new MemoryConsumers(tables, gate, signal).PutAsync(consumer);

    internal Either<AppendRefusal, IReadOnlyList<Appended>> Accept(IReadOnlyList<BrokerEvent> events) => Take(tables.Accept, events);

    Either<AppendRefusal, IReadOnlyList<Appended>> Append(IReadOnlyList<BrokerEvent> events)
    {
        lock (gate)
        {
            if (tables.Lacks(events, eventLimit) is > 0 and var places) tables.Purge(DateTimeOffset.MaxValue, places);
            return Take(tables.Append, events);
        }
    }

    Either<AppendRefusal, IReadOnlyList<Appended>> Take(
        Func<IReadOnlyList<BrokerEvent>, int, DateTimeOffset, Either<AppendRefusal, IReadOnlyList<Appended>>> take,
        IReadOnlyList<BrokerEvent> events)
    {
        lock (gate)
        {
            var answer = take(events, eventLimit, clock.GetUtcNow());
            if (answer.IsRight) signal.Set();
            return answer;
        }
    }

    async Task<TransactionEnd> TransactAsync(Claimed claimed, HandlerWork work, DateTimeOffset now, CancellationToken stopping)
    {
        var writes = new List<Action>();
        var result = await work(new HandlerTransaction(null, null, writes), stopping);
        if (!result.TryGetRight(out _, out var failure)) return new TransactionEnd.WorkFailed(failure);
        lock (gate)
        {
            if (tables.Close([new Closing(claimed.HandlingId, claimed.Token, new TryEnd.Done())], now).Count == 0)
                return new TransactionEnd.LeaseLost();
            foreach (var write in writes) write();
            return new TransactionEnd.Committed();
        }
    }

    Task<Either<StoreFailure, T>> Answer<T>(Func<T> work)
    {
        lock (gate) return Task.FromResult(Either<StoreFailure, T>.Right(work()));
    }
}
