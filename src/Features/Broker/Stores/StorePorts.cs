using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores;

/// <summary>The consumers that every process on the store shares.</summary>
/// <param name="Save">Adds one, or changes it; its state is kept where it is there. Events that nobody wanted are looked at again.</param>
/// <param name="SetState">False where there is none of the name.</param>
/// <param name="Remove">With its open handlings, which are skipped; false where there is none of the name.</param>
public sealed record ConsumerRegister(
    Func<CancellationToken, Task<Either<StoreFailure, IReadOnlyList<Consumer>>>> All,
    Func<Consumer, CancellationToken, Task<Either<StoreFailure, Unit>>> Save,
    Func<string, ConsumerState, CancellationToken, Task<Either<StoreFailure, bool>>> SetState,
    Func<string, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Remove);

/// <summary>An event as it lies in the store, with what became of it.</summary>
/// <param name="Sequence">The order of writing; no order of commits.</param>
/// <param name="RoutedNo">The order in which events were first seen; null: not yet. Nothing appears behind one that was read.</param>
/// <param name="NoConsumerSince">Set while no consumer's pattern fits its type.</param>
public sealed record StoredEvent(
    Guid RowId, long Sequence, long? RoutedNo, DateTimeOffset? NoConsumerSince, BrokerEvent Event, IReadOnlyList<Handling> Handlings)
{
    public EventStatus Status => EventStatuses.Of(Handlings);
}

/// <summary>Every field that is set must fit.</summary>
/// <param name="From">On created_at, inclusive, as is <paramref name="To"/>.</param>
/// <param name="Before">Only events written before the one with this sequence: the cursor of a page.</param>
public sealed record EventFilter(
    string? Source = null, EventStatus? Status = null, long? UserId = null, string? Schema = null, string? Entity = null,
    string? Operation = null, string? InstanceId = null, string? Type = null, string? Id = null, string? SessionId = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null, long? Before = null)
{
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
/// <param name="Since">Events with a greater routed number, in that order: for live views and plans; none is passed over.</param>
public sealed record EventReader(
    Func<EventIdentity, CancellationToken, Task<Either<StoreFailure, Option<StoredEvent>>>> One,
    Func<EventFilter, int, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<StoredEvent>>>> List,
    Func<long, int, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<StoredEvent>>>> Since,
    Func<CancellationToken, Task<Either<StoreFailure, StoreCounts>>> Count);

/// <param name="NoConsumer">Part of <paramref name="Pending"/>.</param>
/// <param name="OldestOpen">When the oldest event that is neither completed nor failed was written.</param>
public sealed record StoreCounts(
    long Pending, long Processing, long Completed, long Failed, long NoConsumer, DateTimeOffset? OldestOpen,
    IReadOnlyList<ConsumerCounts> Consumers)
{
    public long Total => Pending + Processing + Completed + Failed;
}

public sealed record ConsumerCounts(string Consumer, long Waiting, long Leased, long Failed, long Done, long Dead, long Skipped);

/// <param name="Replay">
/// Makes the handling wait again with no attempts made, or makes one where the consumer had none; false where there is no
/// such event.
/// </param>
/// <param name="Discard">Skips a handling that is not done; false where there is none such.</param>
/// <param name="Purge">Removes events that ended before then without a dead handling, so many at most; answers how many.</param>
public sealed record EventOperations(
    Func<EventIdentity, string, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Replay,
    Func<EventIdentity, string, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Discard,
    Func<DateTimeOffset, int, CancellationToken, Task<Either<StoreFailure, int>>> Purge);

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
