using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>
/// The tables as the journal makes them. Every process applies the same commands from the same beginning, and gets the same
/// tables: nothing here asks a clock or chance.
/// </summary>
sealed class JournalReplica
{
    /// <summary>Held in the memory of every process; beyond it events that are done make room, or a publish is refused.</summary>
    public const int EventLimit = 100_000;

    static readonly TablesText Nothing = new(0, 0, 0, [], [], new Dictionary<string, string>());

    readonly MemoryStore tables;
    readonly List<EventIdentity> gone = [];
    string mark = "";
    int made;

    public JournalReplica(int eventLimit, TimeProvider clock)
    {
        tables = new MemoryStore(eventLimit, clock, NextId, gone.Add);
        Store = tables.AsStore();
    }

    /// <summary>To be asked; its changes are made by commands alone.</summary>
    public BrokerStore Store { get; }

    public ulong Position { get; private set; }

    /// <summary>Events that the last command removed.</summary>
    public IReadOnlyList<EventIdentity> Gone => [.. gone];

    public bool HasUnrouted => tables.HasUnrouted;

    public bool HasClaimable(ClaimRequest request) => tables.HasClaimable(request);

    public bool HasReplayDue(DateTimeOffset now) => tables.HasReplayDue(now);

    public Consumer? FindConsumer(string name) => tables.FindConsumer(name);

    public StoreReplay? FindReplay(string id) => tables.FindReplay(id);

    public string LastAuditHash => tables.LastAuditHash;

    public IReadOnlyList<StoredEvent> Matching(Func<StoredEvent, bool> fits) => tables.Matching(fits);

    public StoredEvent? Find(EventIdentity identity) => tables.Find(identity);

    public Either<AppendRefusal, AppendPlan> Plan(IReadOnlyList<BrokerEvent> events) => tables.Plan(events);

    /// <summary>How many must go for these to have room, where expired ones have to be among them; else 0.</summary>
    public int Lacks(IReadOnlyList<BrokerEvent> events) => tables.Lacks(events);

    /// <summary>The identities of all events, as text.</summary>
    public IReadOnlySet<string> Known() =>
        tables.Ask(t => t.Rows.Select(r => r.Event.Identity.ToString()).ToHashSet(StringComparer.Ordinal));

    public bool HasConsumer(string name) => tables.Ask(t => t.Consumers.ContainsKey(name));

    public bool HasSchema(string type, int version) => tables.Ask(t => t.Schemas.ContainsKey((type, version)));

    public bool HasSetting(string slug) => tables.Ask(t => t.Settings.ContainsKey(slug));

    public TablesText Dump() => tables.Dump();

    public KeptState Keep() => new(Position, Dump().Write());

    /// <returns>Why it cannot be read, and then nothing is here; null where it can.</returns>
    public StoreFailure? Load(KeptState state)
    {
        try
        {
            tables.Load(state.Bytes.Length == 0 ? Nothing : TablesText.Read(state.Bytes));
            Position = state.Position;
            return null;
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            tables.Load(Nothing);
            Position = 0;
            return new StoreFailure($"the state that was kept at {state.Position} cannot be read here: {unreadable.Message}");
        }
    }

    /// <returns>
    /// What the store's own call answers; a failure where the command says what this build does not know, and is not passed.
    /// </returns>
    public async Task<Either<StoreFailure, object>> ApplyAsync(JournalEntry entry)
    {
        var before = Position;
        (Position, mark, made) = (entry.Position, entry.Mark, 0);
        gone.Clear();
        try
        {
            return Either<StoreFailure, object>.Right(await AnswerAsync(entry));
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            Position = before;
            return new StoreFailure($"the journal's command at {entry.Position} cannot be read here: {unreadable.Message}");
        }
    }

    /// <summary>All of a command is read before anything of it is done.</summary>
    static bool IsUnreadable(Exception e) => e is InvalidDataException or JsonException or FormatException or NotSupportedException;

    async Task<object> AnswerAsync(JournalEntry entry) =>
        entry.Command switch
        {
            JournalCommand.Begin => Prelude.Right<StoreFailure, Unit>(Unit.Default),
            JournalCommand.Append append => tables.Accept([.. append.Events.Select(e => EventJson.Read(e))]),
            JournalCommand.Route route => await Store.Route(new RouteRequest(route.Limit, route.Now), default),
            JournalCommand.Claim claim => await Store.Claim(claim.Request, default),
            JournalCommand.Renew renew => await Store.Renew(renew.Leases, renew.Until, default),
            JournalCommand.Close close => await Store.Close([.. close.Closings.Select(c => c.AsClosing())], close.Now, default),
            JournalCommand.SaveConsumer save => await Store.Consumers.Save(save.Consumer.AsConsumer(), default),
            JournalCommand.SetState set => await Store.Consumers.SetState(set.Name, set.State.AsState(), default),
            JournalCommand.RemoveConsumer remove => await Store.Consumers.Remove(remove.Name, remove.Now, default),
            JournalCommand.Replay replay =>
                await Store.Operate.Replay(new EventIdentity(replay.Source, replay.Id), replay.Consumer, replay.Now, default),
            JournalCommand.Discard discard =>
                await Store.Operate.Discard(new EventIdentity(discard.Source, discard.Id), discard.Consumer, discard.Now, default),
            JournalCommand.Purge purge => await Store.Operate.Purge(purge.EndedBefore, purge.Limit, default),
            JournalCommand.SetSetting set => await Store.Settings.Set(set.Slug, set.Value, set.By, default),
            JournalCommand.Expire expire => await Store.Operate.Expire(expire.Before, expire.Now, expire.Limit, default),
            JournalCommand.NoteLetters note => await Store.Dead.Note(note.Notes, default),
            JournalCommand.Revive revive => await Store.Dead.Revive(
                revive.HandlingId, revive.Edited is { } bytes ? Option<ReadOnlyMemory<byte>>.Some(bytes) : default, revive.Now, default),
            JournalCommand.PutAside put => await Store.Dead.PutAside(put.HandlingId, put.Now, default),
            JournalCommand.Restore restore => await Store.Dead.Restore(restore.HandlingId, restore.Now, default),
            JournalCommand.PlanReplay plan => await Store.Replays.Plan(plan.Row.AsReplay(), default),
            JournalCommand.SaveReplay save =>
                (await Store.Replays.Change(save.Row.Id, _ => save.Row.AsReplay(), default)).Map(_ => Unit.Default),
            JournalCommand.StepReplay step => await Store.Replays.Step(step.Now, default),
            JournalCommand.AddSchema add => await Store.Schemas.Add(add.Schema, default),
            JournalCommand.BeginLast begin => await Store.BeginLast(begin.Leases, default),
            JournalCommand.AppendAudit line => await Store.Audit.Append(line.Entry, _ => line.Hash, default),
            _ => throw new UnreachableException(),
        };

    /// <summary>The events whose status a command may have changed.</summary>
    public IEnumerable<StoredEvent> Touched(JournalCommand command) => command switch
    {
        JournalCommand.Append append => append.Events.Select(e => Find(EventJson.Read(e).Identity)).OfType<StoredEvent>(),
        JournalCommand.Close close => close.Closings.Select(c => tables.EventOf(c.HandlingId)).OfType<StoredEvent>(),
        JournalCommand.Replay replay => Find(new EventIdentity(replay.Source, replay.Id)) is { } one ? [one] : [],
        JournalCommand.Discard discard => Find(new EventIdentity(discard.Source, discard.Id)) is { } one ? [one] : [],
        JournalCommand.Revive revive => tables.EventOf(revive.HandlingId) is { } one ? [one] : [],
        JournalCommand.PutAside put => tables.EventOf(put.HandlingId) is { } one ? [one] : [],
        JournalCommand.Restore restore => tables.EventOf(restore.HandlingId) is { } one ? [one] : [],
        JournalCommand.Expire expire => Matching(e => e.ExpiredAt == expire.Now),
        JournalCommand.StepReplay step => Matching(
            e => e.Handlings.Any(h => h.State is HandlingState.Waiting waiting && waiting.NotBefore == step.Now)),
        _ => [],
    };

    /// <summary>
    /// From the command's place and the number within it, and from its mark: after a loss of the storage the place is another
    /// command's too, and who still has a handling from before in hand would end that one's.
    /// </summary>
    Guid NextId()
    {
        Span<byte> seed = stackalloc byte[12 + Encoding.UTF8.GetByteCount(mark)];
        BinaryPrimitives.WriteUInt64BigEndian(seed, Position);
        BinaryPrimitives.WriteInt32BigEndian(seed[8..], made++);
        Encoding.UTF8.GetBytes(mark, seed[12..]);
        return new Guid(SHA256.HashData(seed).AsSpan(0, 16));
    }
}
