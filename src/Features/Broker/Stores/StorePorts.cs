using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores;

/// <summary>The consumers that every process on the store shares.</summary>
/// <param name="Save">
/// Adds one, or changes it; its state is kept where it is there. Events that nobody wanted are looked at again. False where one of the name
/// is there and only one of the two is a C# handler: it is left as it is.
/// </param>
/// <param name="SetState">As an operator does; false where there is none of the name.</param>
/// <param name="SetStateByTries">Only where the state <see cref="ConsumerState.YieldsToTries"/>; false where it does not.</param>
/// <param name="Remove">With its open handlings, which are skipped; false where there is none of the name.</param>
public sealed record ConsumerRegister(
    Func<CancellationToken, Task<Either<StoreFailure, IReadOnlyList<Consumer>>>> All,
    Func<Consumer, CancellationToken, Task<Either<StoreFailure, bool>>> Save,
    Func<string, ConsumerState, CancellationToken, Task<Either<StoreFailure, bool>>> SetState,
    Func<string, ConsumerState, CancellationToken, Task<Either<StoreFailure, bool>>> SetStateByTries,
    Func<string, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Remove);

/// <summary>An event as it lies in the store, with what became of it.</summary>
/// <param name="Sequence">The order of writing; no order of commits.</param>
/// <param name="RoutedNo">The order in which events were first seen; null: not yet. Nothing appears behind one that was read.</param>
/// <param name="NoConsumerSince">Set while no consumer's pattern fits its type.</param>
public sealed record StoredEvent(
    Guid RowId, long Sequence, long? RoutedNo, DateTimeOffset? NoConsumerSince, BrokerEvent Event, IReadOnlyList<Handling> Handlings)
{
    public DateTimeOffset? ExpiredAt { get; init; }

    /// <summary>The next routing gives it to its consumers, or finds that it has none.</summary>
    public bool WaitsForRouting => Handlings.Count == 0 && NoConsumerSince is null && ExpiredAt is null;

    public EventStatus Status => ExpiredAt is not null && Handlings.Count == 0 ? EventStatus.Expired : EventStatuses.Of(Handlings);
}

/// <summary>Every field that is set must fit.</summary>
/// <param name="From">On created_at, inclusive, as is <paramref name="To"/>.</param>
/// <param name="Before">Only events written before the one with this sequence: the cursor of a page.</param>
public sealed record EventFilter(
    string? Source = null, EventStatus? Status = null, long? UserId = null, string? Schema = null, string? Entity = null,
    string? Operation = null, string? InstanceId = null, string? Type = null, string? Id = null, string? SessionId = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null, long? Before = null)
{
    /// <summary>Neither payloads nor metadata are wanted, where a store would have to fetch them.</summary>
    public bool IsBare { get; init; }

    public bool Fits(StoredEvent stored) =>
        Same(Source, stored.Event.Source) && (Status is null || Status == stored.Status)
            && (UserId is null || UserId == stored.Event.UserId)
        && Same(Schema, stored.Event.Schema) && Same(Entity, stored.Event.Entity) && Same(Operation, stored.Event.Operation)
        && Same(InstanceId, stored.Event.InstanceId) && Same(Type, stored.Event.Type) && Same(Id, stored.Event.Id)
        && Same(SessionId, stored.Event.SessionId) && !(stored.Event.CreatedAt < From) && !(stored.Event.CreatedAt > To)
        && !(stored.Sequence >= Before);

    static bool Same(string? wanted, string found) => wanted is null || wanted == found;
}

/// <param name="List">The newest first, so many at most.</param>
/// <param name="Backlog">Of consumers with open handlings; costs as much as there is of these.</param>
/// <param name="Since">Events with a greater routed number, in that order: for live views and plans; none is passed over.</param>
/// <param name="Latest">The greatest routed number that there is; 0: none.</param>
public sealed record EventReader(
    Func<EventIdentity, CancellationToken, Task<Either<StoreFailure, Option<StoredEvent>>>> One,
    Func<EventFilter, int, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<StoredEvent>>>> List,
    Func<long, int, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<StoredEvent>>>> Since,
    Func<CancellationToken, Task<Either<StoreFailure, StoreCounts>>> Count,
    Func<DateTimeOffset, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<ConsumerBacklog>>>> Backlog,
    Func<CancellationToken, Task<Either<StoreFailure, long>>> Latest);

/// <param name="NoConsumer">Part of <paramref name="Pending"/>.</param>
/// <param name="OldestOpen">When the oldest event that is neither completed nor failed was written.</param>
public sealed record StoreCounts(
    long Pending, long Processing, long Completed, long Failed, long NoConsumer, DateTimeOffset? OldestOpen,
    IReadOnlyList<ConsumerCounts> Consumers)
{
    /// <summary>Events that no consumer wanted for too long.</summary>
    public long Expired { get; init; }

    public long Total => Pending + Processing + Completed + Failed + Expired;
}

public sealed record ConsumerCounts(string Consumer, long Waiting, long Leased, long Failed, long Done, long Dead, long Skipped);

/// <summary>What of a consumer is not done yet.</summary>
/// <param name="Waiting">Also those whose time has not come.</param>
/// <param name="DuePosition">Of the first that is due and not leased; null: none.</param>
public sealed record ConsumerBacklog(string Consumer, long Waiting, long Leased, long? DuePosition);

/// <param name="Replay">
/// Makes the handling wait again with no attempts made, or makes one where the consumer had none; false where there is no
/// such event, and where it <see cref="StoredEvent.WaitsForRouting"/>: its other consumers would never get it.
/// </param>
/// <param name="Discard">Skips a handling that is not done; false where there is none such.</param>
/// <param name="Purge">
/// Removes events that ended before then without a dead handling, and expired ones; so many at most; answers how many.
/// </param>
/// <param name="Expire">Expires events that no consumer has wanted since before then; answers how many.</param>
public sealed record EventOperations(
    Func<EventIdentity, string, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Replay,
    Func<EventIdentity, string, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Discard,
    Func<DateTimeOffset, int, CancellationToken, Task<Either<StoreFailure, int>>> Purge,
    Func<DateTimeOffset, DateTimeOffset, int, CancellationToken, Task<Either<StoreFailure, int>>> Expire);

/// <summary>Replays from the store, which any process on it goes on with.</summary>
/// <param name="Plan">Freezes the set and keeps the replay; the one that comes back has its bound and its count.</param>
/// <param name="Change">Left: why not; none where there is no such replay.</param>
/// <param name="Step">
/// Gives out the next few events of one replay that is due, in one commit with its progress; answers whether one was due.
/// </param>
/// <param name="NextDue">When the next step may be made.</param>
public sealed record ReplayRegister(
    Func<StoreReplay, CancellationToken, Task<Either<StoreFailure, StoreReplay>>> Plan,
    Func<CancellationToken, Task<Either<StoreFailure, IReadOnlyList<StoreReplay>>>> All,
    Func<string, Func<StoreReplay, Either<string, StoreReplay>>, CancellationToken,
        Task<Either<StoreFailure, Option<Either<string, StoreReplay>>>>> Change,
    Func<DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Step,
    Func<CancellationToken, Task<Either<StoreFailure, Option<DateTimeOffset>>>> NextDue);

/// <summary>The schemas that every process on the store shares.</summary>
/// <param name="Add">False where the version is there; it is left as it is.</param>
public sealed record SchemaRegister(
    Func<CancellationToken, Task<Either<StoreFailure, IReadOnlyList<EventSchema>>>> All,
    Func<EventSchema, CancellationToken, Task<Either<StoreFailure, bool>>> Add);

/// <summary>What people did, where no other trail is kept. Only ever appended to.</summary>
/// <param name="Append">With the entry's text, and how its hash follows from the hash before; answers the hash.</param>
/// <param name="List">The newest first, before the position where one is given.</param>
public sealed record AuditRegister(
    Func<string, Func<string, string>, CancellationToken, Task<Either<StoreFailure, string>>> Append,
    Func<long?, int, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<AuditLine>>>> List);

public sealed record AuditLine(long Position, string Entry, string Previous, string Hash);

/// <summary>The settings that were changed at run time, shared by every process on the store.</summary>
/// <param name="Set">By whom is kept beside the value.</param>
public sealed record SettingRegister(
    Func<CancellationToken, Task<Either<StoreFailure, IReadOnlyDictionary<string, string>>>> All,
    Func<string, string, string, CancellationToken, Task<Either<StoreFailure, Unit>>> Set);

/// <summary>Says that there may be work. A signal that is lost costs a poll interval, and nothing else.</summary>
/// <param name="Listen">A signal of the caller's own: it is set at each wake-up until it is forgotten.</param>
/// <param name="Signal">Wakes this process; others are woken by the store.</param>
public sealed record WakeUp(Func<Signal> Listen, Action<Signal> Forget, Action Signal)
{
    public static WakeUp Of(Signals signals) => new(signals.Listen, signals.Forget, signals.Set);
}
