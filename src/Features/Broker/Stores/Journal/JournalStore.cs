using Hobom.Slices.Core;
using Hobom.Slices.TurnTaking;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>
/// A store whose storage knows no transactions over several records, but a log with a check: every change is a command that
/// is appended only by one who has seen all before it, and every process applies the commands to tables of its own. So a
/// lease, its token, an order by key and a repeat are what they are in the memory store, for all processes together.
/// </summary>
sealed class JournalStore : IAsyncDisposable
{
    /// <summary>Commands after which the whole state is kept and they are dropped.</summary>
    public const int KeepInterval = 5000;

    readonly JournalPort journal;
    readonly TimeProvider clock;
    readonly int keepInterval;
    readonly JournalReplica replica;
    readonly TurnLine line = new();
    readonly CancellationTokenSource closing = new();
    readonly Task watching;
    ulong keptAt;

    JournalStore(JournalPort journal, TimeProvider clock, int keepInterval)
    {
        (this.journal, this.clock, this.keepInterval) = (journal, clock, keepInterval);
        replica = new JournalReplica(clock);
        Port = PortOver(replica.Store);
        watching = journal.Watch(() => _ = ReadAsync(Seen), closing.Token);
    }

    /// <param name="keepInterval">In commands.</param>
    public static async Task<Either<StoreFailure, JournalStore>> OpenAsync(
        JournalPort journal, TimeProvider clock, int keepInterval = KeepInterval)
    {
        var store = new JournalStore(journal, clock, keepInterval);
        var begun = await store.ChangeAsync(
            () => store.replica.Position == 0 ? new JournalCommand.Begin() : null, Prelude.Right<StoreFailure, Unit>(Unit.Default));
        if (begun.IsLeft) await store.DisposeAsync();
        return begun.Map(_ => store);
    }

    public BrokerStore Port { get; }

    static Either<StoreFailure, IReadOnlySet<Guid>> NoneHeld =>
        Prelude.Right<StoreFailure, IReadOnlySet<Guid>>(new System.Collections.Generic.HashSet<Guid>());

    static StoreFailure Closed => new("the store is closed");

    static Task<Either<StoreFailure, Unit>> Seen() => Task.FromResult(Prelude.Right<StoreFailure, Unit>(Unit.Default));

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await watching;
        await line.CloseAsync();
        closing.Dispose();
    }

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
        (now, stopping) => ReadAsync(() => tables.Due(now, stopping)),
        (now, stopping) => ReadAsync(() => tables.NextDue(now, stopping)),
        new ConsumerRegister(
            stopping => ReadAsync(() => tables.Consumers.All(stopping)),
            (consumer, _) => ChangeAsync<Unit>(new JournalCommand.SaveConsumer(ConsumerRow.Of(consumer))),
            (name, state, _) => ChangeAsync<bool>(new JournalCommand.SetState(name, ConsumerStateText.Of(state))),
            (name, state, _) => ChangeAsync(
                () => replica.FindConsumer(name) is { State.YieldsToTries: true }
                    ? new JournalCommand.SetState(name, ConsumerStateText.Of(state))
                    : null,
                Prelude.Right<StoreFailure, bool>(false)),
            (name, now, _) => ChangeAsync<bool>(new JournalCommand.RemoveConsumer(name, now))),
        new EventReader(
            (identity, stopping) => ReadAsync(() => tables.Read.One(identity, stopping)),
            (filter, limit, stopping) => ReadAsync(() => tables.Read.List(filter, limit, stopping)),
            (after, limit, stopping) => ReadAsync(() => tables.Read.Since(after, limit, stopping)),
            stopping => ReadAsync(() => tables.Read.Count(stopping)),
            (now, stopping) => ReadAsync(() => tables.Read.Backlog(now, stopping))),
        new EventOperations(
            (e, consumer, now, _) => ChangeAsync<bool>(new JournalCommand.Replay(e.Source, e.Id, consumer, now)),
            (e, consumer, now, _) => ChangeAsync<bool>(new JournalCommand.Discard(e.Source, e.Id, consumer, now)),
            (endedBefore, limit, _) => ChangeAsync<int>(new JournalCommand.Purge(endedBefore, limit)),
            (before, now, limit, _) => ChangeAsync<int>(new JournalCommand.Expire(before, now, limit))),
        DeadOver(tables.Dead),
        ReplaysOver(tables.Replays),
        new AuditRegister(
            AppendAuditAsync, (before, limit, stopping) => ReadAsync(() => tables.Audit.List(before, limit, stopping))),
        new SchemaRegister(
            stopping => ReadAsync(() => tables.Schemas.All(stopping)),
            (schema, _) => ChangeAsync<bool>(new JournalCommand.AddSchema(schema))),
        new SettingRegister(
            stopping => ReadAsync(() => tables.Settings.All(stopping)),
            (slug, value, by, _) => ChangeAsync<Unit>(new JournalCommand.SetSetting(slug, value, by))),
        tables.WakeUp,
        new SharedStorage.None());

    DeadHandlings DeadOver(DeadHandlings dead) => new(
        (id, stopping) => ReadAsync(() => dead.One(id, stopping)),
        (filter, limit, stopping) => ReadAsync(() => dead.List(filter, limit, stopping)),
        (limit, stopping) => ReadAsync(() => dead.Due(limit, stopping)),
        (notes, _) => ChangeAsync<Unit>(
            () => notes.Count > 0 ? new JournalCommand.NoteLetters(notes) : null, Prelude.Right<StoreFailure, Unit>(Unit.Default)),
        (id, edited, now, _) => ChangeAsync<bool>(
            new JournalCommand.Revive(id, edited.Case is ReadOnlyMemory<byte> bytes ? bytes.ToArray() : null, now)),
        (id, now, _) => ChangeAsync<bool>(new JournalCommand.PutAside(id, now)),
        (id, now, _) => ChangeAsync<bool>(new JournalCommand.Restore(id, now)),
        (of, limit, stopping) => ReadAsync(() => dead.Newer(of, limit, stopping)));

    ReplayRegister ReplaysOver(ReplayRegister replays) => new(
        (replay, _) => ChangeAsync<StoreReplay>(new JournalCommand.PlanReplay(ReplayRow.Of(replay))),
        stopping => ReadAsync(() => replays.All(stopping)),
        (id, change, _) => ChangeReplayAsync(id, change),
        (now, _) => ChangeAsync(
            () => replica.HasReplayDue(now) ? new JournalCommand.StepReplay(now) : null, Prelude.Right<StoreFailure, bool>(false)),
        stopping => ReadAsync(() => replays.NextDue(stopping)));

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

    async Task<Either<AppendRefusal, IReadOnlyList<Appended>>> AppendAsync(IReadOnlyList<BrokerEvent> events, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        byte[][] given = [.. events.Select(e => EventJson.Write(e.CreatedAt == default ? e with { CreatedAt = now } : e))];
        var appended = await SubmitAsync<Either<AppendRefusal, IReadOnlyList<Appended>>>(
            () => new JournalCommand.Append(given),
            Prelude.Right<AppendRefusal, IReadOnlyList<Appended>>([]));
        return appended.Match(Right: answer => answer, Left: failure => new AppendRefusal.Unavailable(failure));
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
        (await SubmitAsync(command, otherwise)).Bind(answer => answer);

    async Task<Either<StoreFailure, T>> ReadAsync<T>(Func<Task<Either<StoreFailure, T>>> ask)
    {
        if (!(await line.TakeAsync(default)).TryGetRight(out var taken, out _)) return Closed;
        using var turn = taken;
        return (await CatchUpAsync()).TryGetRight(out _, out var failure) ? await ask() : failure;
    }

    async Task<Either<StoreFailure, TAnswer>> SubmitAsync<TAnswer>(Func<JournalCommand?> command, TAnswer otherwise)
        where TAnswer : notnull
    {
        if (!(await line.TakeAsync(default)).TryGetRight(out var taken, out _)) return Closed;
        using var turn = taken;
        while (true)
        {
            if (!(await CatchUpAsync()).TryGetRight(out _, out var failure)) return failure;
            if (command() is not { } needed) return otherwise;
            var appended = await journal.Append(needed, replica.Position, closing.Token);
            if (!appended.TryGetRight(out var place, out failure)) return failure;
            if (place.Case is not ulong position) continue;
            var before = needed is JournalCommand.Purge ? await IdentitiesAsync() : [];
            var answer = (TAnswer)await replica.ApplyAsync(position, needed);
            var gone = needed is JournalCommand.Purge ? before.Except(await IdentitiesAsync()).ToArray() : [];
            await journal.Tell(new JournalNews(position, [.. Touched(needed)], gone));
            await KeepAsync();
            return answer;
        }
    }

    async Task<Either<StoreFailure, Unit>> CatchUpAsync()
    {
        while (true)
        {
            if (!(await journal.Read(replica.Position, closing.Token)).TryGetRight(out var page, out var failure)) return failure;
            if (page.IsLost)
            {
                // What this process has is more than what the storage has: it goes back there.
                var mine = replica.Keep();
                if (!(await journal.Keep(mine.Position, mine.Bytes, closing.Token)).TryGetRight(out _, out failure)) return failure;
            }
            else if (page.State is { } state)
            {
                replica.Load(state);
                keptAt = state.Position;
            }
            else if (page.Commands.Count == 0)
            {
                return Unit.Default;
            }

            foreach (var (position, command) in page.Commands) await replica.ApplyAsync(position, command);
        }
    }

    /// <summary>What was not kept now is kept after a later command.</summary>
    async Task KeepAsync()
    {
        if (replica.Position - keptAt < (ulong)keepInterval) return;
        var kept = replica.Keep();
        if ((await journal.Keep(kept.Position, kept.Bytes, closing.Token)).IsRight) keptAt = kept.Position;
    }

    async Task<IReadOnlyList<EventIdentity>> IdentitiesAsync() =>
        (await replica.Store.Read.List(new EventFilter(), int.MaxValue, default))
            .Match<IReadOnlyList<EventIdentity>>(Right: all => [.. all.Select(e => e.Event.Identity)], Left: _ => []);

    /// <summary>The events whose status a command may have changed.</summary>
    IEnumerable<StoredEvent> Touched(JournalCommand command) => command switch
    {
        JournalCommand.Append append => append.Events.Select(e => replica.Find(EventJson.Read(e).Identity)).OfType<StoredEvent>(),
        JournalCommand.Close close => close.Closings.Select(c => replica.EventOf(c.HandlingId)).OfType<StoredEvent>(),
        JournalCommand.Replay replay => replica.Find(new EventIdentity(replay.Source, replay.Id)) is { } one ? [one] : [],
        JournalCommand.Discard discard => replica.Find(new EventIdentity(discard.Source, discard.Id)) is { } one ? [one] : [],
        JournalCommand.Revive revive => replica.EventOf(revive.HandlingId) is { } one ? [one] : [],
        JournalCommand.PutAside put => replica.EventOf(put.HandlingId) is { } one ? [one] : [],
        JournalCommand.Restore restore => replica.EventOf(restore.HandlingId) is { } one ? [one] : [],
        JournalCommand.Expire expire => replica.Matching(e => e.ExpiredAt == expire.Now),
        JournalCommand.StepReplay step => replica.Matching(
            e => e.Handlings.Any(h => h.State is HandlingState.Waiting waiting && waiting.NotBefore == step.Now)),
        _ => [],
    };
}
