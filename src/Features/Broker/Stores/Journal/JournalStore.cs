using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>
/// A store whose storage knows no transactions over several records, but a log with a check: every change is a command that
/// is appended only by one who has seen all before it, and every process applies the commands to tables of its own. So a
/// lease, its token, an order by key and a repeat are what they are in the memory store, for all processes together.
/// </summary>
sealed class JournalStore : IAsyncDisposable
{
    readonly JournalPort journal;
    readonly TimeProvider clock;
    readonly JournalReplica replica;
    readonly JournalFollower follower;

    JournalStore(
        JournalPort journal, TimeProvider clock, int keepInterval, int eventLimit, Func<BrokerEvent, Either<string, BrokerEvent>> admit,
        ILogger log)
    {
        (this.journal, this.clock) = (journal, clock);
        replica = new JournalReplica(eventLimit, clock);
        follower = new JournalFollower(journal, replica, new JournalKeeper(journal, replica, keepInterval, clock, log), admit, log);
        Port = PortOver(replica.Store);
        follower.Watch();
    }

    /// <param name="keepInterval">In commands.</param>
    /// <param name="admit">
    /// What becomes of an event that another program published, or why it is not taken; null: it is taken as it is.
    /// </param>
    public static async Task<Either<StoreFailure, JournalStore>> OpenAsync(
        JournalPort journal, TimeProvider clock, int keepInterval = JournalFollower.KeepInterval,
        int eventLimit = JournalReplica.EventLimit, Func<BrokerEvent, Either<string, BrokerEvent>>? admit = null, ILogger? log = null)
    {
        var store = new JournalStore(
            journal, clock, keepInterval, eventLimit, admit ?? Prelude.Right<string, BrokerEvent>, log ?? NullLogger.Instance);
        var begun = await store.ChangeAsync(
            () => store.replica.Position == 0 ? new JournalCommand.Begin() : null, Prelude.Right<StoreFailure, Unit>(Unit.Default));
        if (begun.IsLeft) await store.DisposeAsync();
        return begun.Map(_ => store);
    }

    public BrokerStore Port { get; }

    static Either<StoreFailure, IReadOnlySet<Guid>> NoneHeld =>
        Prelude.Right<StoreFailure, IReadOnlySet<Guid>>(new System.Collections.Generic.HashSet<Guid>());

    public ValueTask DisposeAsync() => follower.DisposeAsync();

    BrokerStore PortOver(BrokerStore tables) => new(
        AppendAsync,
        (request, _) => ChangeAsync(
            () => replica.HasUnrouted ? new JournalCommand.Route(request.Limit, request.Now) : null,
            Prelude.Right<StoreFailure, Routed>(Routed.Nothing)),
        (request, _) => ChangeAsync(
            () => replica.HasClaimable(request) ? new JournalCommand.Claim(request) : null,
            Prelude.Right<StoreFailure, IReadOnlyList<Claimed>>([])),
        (leases, until, _) => ChangeAsync(() => leases.Count > 0 ? new JournalCommand.Renew(leases, until) : null, NoneHeld),
        (leases, _) => ChangeAsync<Unit>(new JournalCommand.BeginLast(leases)),
        (closings, now, _) => ChangeAsync(
            () => closings.Count > 0 ? new JournalCommand.Close([.. closings.Select(ClosingText.Of)], now) : null, NoneHeld),
        TransactAsync,
        (now, stopping) => follower.ReadAsync(() => tables.Due(now, stopping)),
        (now, stopping) => follower.ReadAsync(() => tables.NextDue(now, stopping)),
        new ConsumerRegister(
            stopping => follower.ReadAsync(() => tables.Consumers.All(stopping)),
            (consumer, _) => ChangeAsync(
                () => replica.FindConsumer(consumer.Name) is { } known && !consumer.MayReplace(known)
                    ? null
                    : new JournalCommand.SaveConsumer(ConsumerRow.Of(consumer)),
                Prelude.Right<StoreFailure, bool>(false)),
            (name, state, _) => ChangeAsync<bool>(new JournalCommand.SetState(name, ConsumerStateText.Of(state))),
            (name, state, _) => ChangeAsync(
                () => replica.FindConsumer(name) is { State.YieldsToTries: true }
                    ? new JournalCommand.SetState(name, ConsumerStateText.Of(state))
                    : null,
                Prelude.Right<StoreFailure, bool>(false)),
            (name, now, _) => ChangeAsync<bool>(new JournalCommand.RemoveConsumer(name, now))),
        new EventReader(
            (identity, stopping) => follower.ReadAsync(() => tables.Read.One(identity, stopping)),
            (filter, limit, stopping) => follower.ReadAsync(() => tables.Read.List(filter, limit, stopping)),
            (after, limit, stopping) => follower.ReadAsync(() => tables.Read.Since(after, limit, stopping)),
            stopping => follower.ReadAsync(() => tables.Read.Count(stopping)),
            (now, stopping) => follower.ReadAsync(() => tables.Read.Backlog(now, stopping)),
            stopping => follower.ReadAsync(() => tables.Read.Latest(stopping))),
        new EventOperations(
            (e, consumer, now, _) => ChangeAsync<bool>(new JournalCommand.Replay(e.Source, e.Id, consumer, now)),
            (e, consumer, now, _) => ChangeAsync<bool>(new JournalCommand.Discard(e.Source, e.Id, consumer, now)),
            (endedBefore, limit, _) => ChangeAsync<int>(new JournalCommand.Purge(endedBefore, limit)),
            (before, now, limit, _) => ChangeAsync<int>(new JournalCommand.Expire(before, now, limit))),
        DeadOver(tables.Dead),
        ReplaysOver(tables.Replays),
        new AuditRegister(
            AppendAuditAsync, (before, limit, stopping) => follower.ReadAsync(() => tables.Audit.List(before, limit, stopping))),
        new SchemaRegister(
            stopping => follower.ReadAsync(() => tables.Schemas.All(stopping)),
            (schema, _) => ChangeAsync<bool>(new JournalCommand.AddSchema(schema))),
        new SettingRegister(
            stopping => follower.ReadAsync(() => tables.Settings.All(stopping)),
            (slug, value, by, _) => ChangeAsync<Unit>(new JournalCommand.SetSetting(slug, value, by))),
        tables.WakeUp,
        new SharedStorage.None());

    DeadHandlings DeadOver(DeadHandlings dead) => new(
        (id, stopping) => follower.ReadAsync(() => dead.One(id, stopping)),
        (filter, limit, stopping) => follower.ReadAsync(() => dead.List(filter, limit, stopping)),
        (limit, stopping) => follower.ReadAsync(() => dead.Due(limit, stopping)),
        (notes, _) => ChangeAsync<Unit>(
            () => notes.Count > 0 ? new JournalCommand.NoteLetters(notes) : null, Prelude.Right<StoreFailure, Unit>(Unit.Default)),
        (id, edited, now, _) => ChangeAsync<bool>(
            new JournalCommand.Revive(id, edited.Case is ReadOnlyMemory<byte> bytes ? bytes.ToArray() : null, now)),
        (id, now, _) => ChangeAsync<bool>(new JournalCommand.PutAside(id, now)),
        (id, now, _) => ChangeAsync<bool>(new JournalCommand.Restore(id, now)),
        (of, limit, stopping) => follower.ReadAsync(() => dead.Newer(of, limit, stopping)));

    ReplayRegister ReplaysOver(ReplayRegister replays) => new(
        (replay, _) => ChangeAsync<StoreReplay>(new JournalCommand.PlanReplay(ReplayRow.Of(replay))),
        stopping => follower.ReadAsync(() => replays.All(stopping)),
        (id, change, _) => ChangeReplayAsync(id, change),
        (now, _) => ChangeAsync(
            () => replica.HasReplayDue(now) ? new JournalCommand.StepReplay(now) : null, Prelude.Right<StoreFailure, bool>(false)),
        stopping => follower.ReadAsync(() => replays.NextDue(stopping)));

    /// <summary>The change is decided here, with all before it seen, and its result is the command.</summary>
    async Task<Either<StoreFailure, Option<Either<string, StoreReplay>>>> ChangeReplayAsync(
        string id, Func<StoreReplay, Either<string, StoreReplay>> change)
    {
        var answer = Option<Either<string, StoreReplay>>.None;
        JournalCommand? Decide()
        {
            answer = replica.FindReplay(id) is { } known ? change(known) : Option<Either<string, StoreReplay>>.None;
            return answer.Bind(a => a.ToOption()).Case is StoreReplay next ? new JournalCommand.SaveReplay(ReplayRow.Of(next)) : null;
        }

        var kept = await ChangeAsync(Decide, Prelude.Right<StoreFailure, Unit>(Unit.Default));
        return kept.Map(_ => answer);
    }

    /// <summary>The hash before is the last one that anybody appended: else the command is not taken, and made anew.</summary>
    Task<Either<StoreFailure, string>> AppendAuditAsync(string entry, Func<string, string> hashOf, CancellationToken stopping) =>
        ChangeAsync<string>(
            () => new JournalCommand.AppendAudit(entry, hashOf(replica.LastAuditHash)), new StoreFailure("the command was not made"));

    /// <summary>Others take what is in the log for stored: what is refused, or is there already, does not get into it.</summary>
    async Task<Either<AppendRefusal, IReadOnlyList<Appended>>> AppendAsync(IReadOnlyList<BrokerEvent> events, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        BrokerEvent[] given = [.. events.Select(e => e.CreatedAt == default ? e with { CreatedAt = now } : e)];
        if (replica.Lacks(given) > 0)
        {
            // By a command, for what an append itself drops is the same in every build.
            var freed = await ChangeAsync(
                () => replica.Lacks(given) is > 0 and var places ? new JournalCommand.Purge(DateTimeOffset.MaxValue, places) : null,
                Prelude.Right<StoreFailure, int>(0));
            if (freed.Case is StoreFailure failure) return new AppendRefusal.Unavailable(failure);
        }

        var planned = Prelude.Right<AppendRefusal, AppendPlan>(AppendPlan.Nothing);
        JournalCommand? command = null;
        JournalCommand? Decide()
        {
            planned = replica.Plan(given);
            return command = planned.Case is AppendPlan { Fresh.Count: > 0 } plan
                ? new JournalCommand.Append([.. plan.Fresh.Select(EventJson.Write)])
                : null;
        }

        var added = await follower.SubmitAsync(Decide, Prelude.Right<AppendRefusal, IReadOnlyList<Appended>>([]));
        return added.Match(
            Right: answer => answer.Bind(fresh => planned.Map(plan => plan.Answer(fresh))),
            Left: failure => command is not null && journal.Excess(command) is { } excess
                ? new AppendRefusal.TooLarge(excess.Bytes, excess.Limit)
                : new AppendRefusal.Unavailable(failure));
    }

    /// <summary>The effect is not in this store: what a handler writes is its own, and its end is a command like any other.</summary>
    async Task<TransactionEnd> TransactAsync(Claimed claimed, HandlerWork work, DateTimeOffset now, CancellationToken stopping)
    {
        // A list that takes nothing: a write that would go with the commit is refused, for no commit could promise it.
        var worked = await work(new HandlerTransaction(null, null, System.Array.Empty<Action>()), stopping);
        if (!worked.TryGetRight(out _, out var failed)) return new TransactionEnd.WorkFailed(failed);
        var done = new Closing(claimed.HandlingId, claimed.Token, new TryEnd.Done());
        return (await Port.Close([done], now, stopping)).Match<TransactionEnd>(
            Right: closed => closed.Count > 0 ? new TransactionEnd.Committed() : new TransactionEnd.LeaseLost(),
            Left: failure => new TransactionEnd.Unknown(failure));
    }

    Task<Either<StoreFailure, T>> ChangeAsync<T>(JournalCommand command) =>
        ChangeAsync<T>(() => command, new StoreFailure("the command was not made"));

    /// <param name="command">Asked with all before it seen; null where it would change nothing.</param>
    async Task<Either<StoreFailure, T>> ChangeAsync<T>(Func<JournalCommand?> command, Either<StoreFailure, T> otherwise) =>
        (await follower.SubmitAsync(command, otherwise)).Bind(answer => answer);
}
