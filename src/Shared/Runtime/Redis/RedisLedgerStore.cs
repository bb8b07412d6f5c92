using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// Keeps each flow's ledger in one hash, <c>dlqx:ledger:&lt;category&gt;</c>, a field for each event id. The backends
/// delete rows after 30 days whatever their status; a ledger that nobody wrote for as long has nothing to tell. Only the
/// flow's holder writes it; and since nothing is published that is not in it, nobody else begins an event. The shards of a
/// divided flow share the hash, each with the fields of its own events: so another number of shards finds all that is in doubt.
/// </summary>
/// <param name="positions">Kept along with the ledger where there is room.</param>
public sealed class RedisLedgerStore(
    RedisConnection redis, KeptPositions positions, TimeProvider clock, ILogger<RedisLedgerStore> logger)
{
    public static readonly TimeSpan TimeToLive = TimeSpan.FromDays(30);

    readonly RedisMemory memory = new(redis, clock);

    public LedgerPort Of(FlowLease lease)
    {
        var buffer = new PositionBuffer();
        return new LedgerPort(() => LoadAsync(lease.Flow), changes => WriteAsync(lease, changes, buffer)) { Keep = buffer.Add };
    }

    /// <summary>What is noted of one event; none where it is not on its way.</summary>
    public async Task<Either<StoreFailure, Option<LedgerEntry>>> FindAsync(Category category, EventId id) =>
        (await redis.RunAsync(db => db.HashGetAsync(Key(category), id.Value))).Map(text =>
            text.IsNull ? Option<LedgerEntry>.None : LedgerText.Parse((string)text!) ?? Unreadable());

    static string Key(Category category) => $"dlqx:ledger:{category.Name}";

    async Task<Either<StoreFailure, IReadOnlyDictionary<EventId, LedgerEntry>>> LoadAsync(FlowShard flow)
    {
        var read = await redis.RunAsync(db => db.HashGetAllAsync(Key(flow.Category)));
        return read.Map(IReadOnlyDictionary<EventId, LedgerEntry> (fields) => Read(flow, fields));
    }

    Dictionary<EventId, LedgerEntry> Read(FlowShard flow, HashEntry[] fields)
    {
        var entries = new Dictionary<EventId, LedgerEntry>(fields.Length);
        var unread = 0;
        foreach (var field in fields)
        {
            var id = (string?)field.Name;
            if (string.IsNullOrEmpty(id) || !flow.Has(new EventId(id))) continue;
            var entry = LedgerText.Parse((string?)field.Value ?? "");
            if (entry is null) unread++;
            // A publish did begin; when, is lost. So Kafka is searched as far back as a ledger reaches.
            entries[new EventId(id)] = entry ?? Unreadable();
        }

        if (unread > 0)
            logger.LogWarning(
                LogEvents.Named("ledger.unreadable"),
                "{Count} entries of the {Category} ledger could not be read and count as begun", unread, flow);
        return entries;
    }

    LedgerEntry Unreadable() => new(LedgerState.Begun, clock.GetUtcNow() - TimeToLive, 0);

    async Task<Either<StoreFailure, Unit>> WriteAsync(
        FlowLease lease, IReadOnlyDictionary<EventId, LedgerEntry?> changes, PositionBuffer buffer)
    {
        if (changes.Count == 0) return Unit.Default;
        var set = changes
            .Where(c => c.Value is not null)
            .Select(c => new HashEntry(c.Key.Value, LedgerText.Format(c.Value!))).ToArray();
        var removed = changes.Where(c => c.Value is null).Select(c => (RedisValue)c.Key.Value).ToArray();
        var (events, lost) = buffer.Take();
        var written = await redis.WriteAsync(
            lease, [.. Commands(Key(lease.Flow.Category), set, removed), .. PositionCommands(lease.Flow.Category, events, lost)]);
        if (written.IsLeft) buffer.PutBack(events, lost);
        return written;
    }

    IEnumerable<RedisCommand> PositionCommands(
        Category category, IReadOnlyList<PublishedEvent> events, IReadOnlyList<DateTimeOffset> lost)
    {
        if (events.Count == 0 && lost.Count == 0) return [];
        if (positions.Retention > TimeSpan.Zero && memory.HasRoom)
            return [.. positions.Commands(category, events), .. lost.Count == 0 ? [] : KeptPositions.GapCommands(category, lost)];
        return KeptPositions.GapCommands(category, [.. events.Select(e => e.PublishedAt), .. lost]);
    }

    static IEnumerable<RedisCommand> Commands(string key, HashEntry[] set, RedisValue[] removed)
    {
        if (set.Length > 0) yield return RedisCommand.SetFields(key, set);
        if (removed.Length > 0) yield return RedisCommand.RemoveFields(key, removed);
        yield return RedisCommand.Live(key, TimeToLive);
    }
}
