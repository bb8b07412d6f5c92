using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores;

/// <summary>
/// What a store of events must do. Every call is bounded in time; one that failed may have been applied. The same suite
/// of tests decides for all of them whether they are one.
/// </summary>
/// <param name="Append">Stores all of the events or none.</param>
/// <param name="Route">
/// Gives new events their handlings, in commit order, by the consumers that are registered at that moment; an event that
/// nobody wants is noted as such. One process routes at a time.
/// </param>
/// <param name="Claim">Leases due handlings of one consumer, oldest first, and counts the attempt.</param>
/// <param name="Renew">Lengthens leases; answers which of them are still held.</param>
/// <param name="BeginLast">
/// Notes, each only where its token is still the handling's, that its last try begins: <see cref="Claimed.LastTryBegan"/>. Its end
/// takes the note back.
/// </param>
/// <param name="Close">Ends tries, each only where its token is still the handling's; answers which were ended.</param>
/// <param name="Transact">
/// Runs work in a transaction of the store that ends the handling as done with the same commit. Where one process writes at a time it
/// waits for its turn as long as it takes.
/// </param>
/// <param name="Due">The consumers with handlings that are due and not leased: nobody else's claim finds any.</param>
/// <param name="NextDue">When, after now, the next handling falls due or the next lease runs out.</param>
/// <param name="Storage">For the rows of other slices.</param>
public sealed record BrokerStore(
    Func<IReadOnlyList<BrokerEvent>, CancellationToken, Task<Either<AppendRefusal, IReadOnlyList<Appended>>>> Append,
    Func<RouteRequest, CancellationToken, Task<Either<StoreFailure, Routed>>> Route,
    Func<ClaimRequest, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<Claimed>>>> Claim,
    Func<IReadOnlyList<LeaseRef>, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, IReadOnlySet<Guid>>>> Renew,
    Func<IReadOnlyList<LeaseRef>, CancellationToken, Task<Either<StoreFailure, Unit>>> BeginLast,
    Func<IReadOnlyList<Closing>, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, IReadOnlySet<Guid>>>> Close,
    Func<Claimed, HandlerWork, DateTimeOffset, CancellationToken, Task<TransactionEnd>> Transact,
    Func<DateTimeOffset, CancellationToken, Task<Either<StoreFailure, IReadOnlySet<string>>>> Due,
    Func<DateTimeOffset, CancellationToken, Task<Either<StoreFailure, Option<DateTimeOffset>>>> NextDue,
    ConsumerRegister Consumers,
    EventReader Read,
    EventOperations Operate,
    DeadHandlings Dead,
    ReplayRegister Replays,
    AuditRegister Audit,
    SchemaRegister Schemas,
    SettingRegister Settings,
    WakeUp WakeUp,
    SharedStorage Storage)
{
    /// <summary>As <see cref="Transact"/>, many in one transaction; null where that would be no cheaper.</summary>
    public Func<HandlerGroup, DateTimeOffset, CancellationToken, Task<IReadOnlyList<TransactionEnd>>>? TransactTogether { get; init; }
}

/// <summary>Runs inside the open transaction of the store.</summary>
public delegate Task<Either<TryFailure, Unit>> HandlerWork(HandlerTransaction transaction, CancellationToken stopping);

/// <summary>Handlings that share a transaction, each behind a savepoint: what one of them wrote can be taken back alone.</summary>
/// <param name="After">Asked when a call has ended.</param>
public sealed record HandlerGroup(IReadOnlyList<HandlerCall> Calls, Func<NextInGroup> After);

public sealed record HandlerCall(Claimed Claimed, HandlerWork Work);

public enum NextInGroup
{
    Call,

    /// <summary>The calls so far have taken long enough.</summary>
    Commit,

    /// <summary>A call was left behind before it had ended: it may still write through the connection.</summary>
    RollBack,
}

public abstract record AppendRefusal
{
    AppendRefusal()
    {
    }

    /// <summary>The same source and id are there with another body.</summary>
    public sealed record OtherBody(EventIdentity Event) : AppendRefusal;

    /// <summary>Nothing was stored; the contract's <c>queue_full</c>.</summary>
    public sealed record Full(int Limit) : AppendRefusal;

    /// <summary>The storage takes less at once, and would not take it later.</summary>
    /// <param name="Bytes">Of all of it, as it would be written; none was.</param>
    public sealed record TooLarge(int Bytes, int Limit) : AppendRefusal;

    public sealed record Unavailable(StoreFailure Failure) : AppendRefusal;
}

/// <param name="Repeated">It was there already, with the same body: nothing was written.</param>
public sealed record Appended(Guid RowId, EventIdentity Event, bool Repeated)
{
    /// <summary>It was stored although it does not fit its schema.</summary>
    public string? Warning { get; init; }
}

/// <param name="Expired">Handlings whose lease ran out, instead of those that fall due.</param>
public sealed record ClaimRequest(
    string Consumer, bool OrderedByKey, string Owner, DateTimeOffset Now, TimeSpan Lease, int Limit, bool Expired);

/// <param name="Limit">So many events at most.</param>
public sealed record RouteRequest(int Limit, DateTimeOffset Now)
{
    /// <summary>
    /// Who takes new handlings of a consumer right away: a store may lease them with the same commit, which spares the way
    /// through <see cref="BrokerStore.Claim"/>.
    /// </summary>
    public IReadOnlyList<ClaimRequest> Takers { get; init; } = [];
}

/// <param name="Looked">How many events were looked at.</param>
/// <param name="Claimed">What was leased to the takers, in the order of routing.</param>
public sealed record Routed(int Looked, IReadOnlyList<Claimed> Claimed)
{
    public static Routed Nothing { get; } = new(0, []);
}

/// <summary>A handling that this process holds.</summary>
/// <param name="Attempt">From 1; this try is counted already, and so are those that only waited in a process that died.</param>
/// <param name="Position">The order of routing.</param>
/// <param name="FirstTriedAt">When its first try was begun.</param>
public sealed record Claimed(
    Guid HandlingId, long Token, string Consumer, int Attempt, long Position, DateTimeOffset FirstTriedAt, Guid RowId, BrokerEvent Event)
{
    /// <summary>The payload is not the event's own: an operator repaired it for this consumer.</summary>
    public bool IsEdited { get; init; }

    /// <summary>
    /// A try before this one failed, whether it counts or not: where a consumer was found to be down it does not, and of a dead one that
    /// is replayed none does.
    /// </summary>
    public bool HasFailed { get; init; }

    /// <summary>The last try that it may have was begun, alone, and nobody came to its end.</summary>
    public bool LastTryBegan { get; init; }

    /// <summary>A try was begun before, so that its receiver may have the event.</summary>
    public bool MayHaveArrived => Attempt > 1 || HasFailed;

    public Claimed Repaired(Option<ReadOnlyMemory<byte>> edited) => edited.Match(
        bytes => this with { Event = Event with { Payload = bytes, Unreadable = null }, IsEdited = true }, () => this);
}

public readonly record struct LeaseRef(Guid HandlingId, long Token);

public sealed record Closing(Guid HandlingId, long Token, TryEnd End);

/// <summary>How the end of a transaction with a handler's work in it was.</summary>
public abstract record TransactionEnd
{
    TransactionEnd()
    {
    }

    public sealed record Committed : TransactionEnd;

    /// <summary>Rolled back; the handling is still leased.</summary>
    public sealed record WorkFailed(TryFailure Failure) : TransactionEnd;

    /// <summary>Rolled back: another process holds the handling, or it was ended.</summary>
    public sealed record LeaseLost : TransactionEnd;

    /// <summary>Nobody knows whether it was committed. If it was, the handling is done.</summary>
    public sealed record Unknown(StoreFailure Failure) : TransactionEnd;

    /// <summary>The work was not called: in a group its turn did not come, or no transaction could be begun.</summary>
    public sealed record NotBegun : TransactionEnd
    {
        /// <summary>Why no transaction could be begun; null where one was.</summary>
        public StoreFailure? Failure { get; init; }
    }

    /// <summary>In a group: rolled back because of another of the group; to be called again by itself, as the same try.</summary>
    public sealed record RolledBack : TransactionEnd;
}
