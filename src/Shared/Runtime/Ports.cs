using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime;

/// <summary>Hands one record to Kafka and completes with its delivery report, never before.</summary>
/// <param name="possibleDuplicate">An earlier attempt may have been written: the record says so in a header.</param>
public delegate Task<Either<PublishFailure, RecordPosition>> Publish(Delivery delivery, bool possibleDuplicate);

/// <summary>As <see cref="Publish"/>, but asks once more right before the record is handed over.</summary>
/// <param name="guard">Asked last: why it may not be handed over now, or null.</param>
public delegate Task<Either<PublishFailure, RecordPosition>> PublishIf(
    Delivery delivery, bool possibleDuplicate, Func<PublishFailure?> guard);

/// <summary>
/// Which of the events have a record in the topic that was written at or after <paramref name="since"/>, and where the first
/// that was found is.
/// </summary>
public delegate Task<Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>>> FindWritten(
    string topic, DateTimeOffset since, IReadOnlyCollection<EventId> ids, CancellationToken stopping);

/// <summary>Marks rows of one backend's outbox. Each call has a deadline of its own.</summary>
public sealed record MarkPort(
    Func<EventId, Task<Either<CallFailure, MarkOutcome>>> Sent,
    Func<EventId, string, Task<Either<CallFailure, MarkOutcome>>> Failed)
{
    /// <summary>Marks many rows in one call, where the outbox may give them by pages; null where it does not.</summary>
    public PagePort? Page { get; init; }
}

/// <param name="Failed">The reason of a row that is marked FAILED; null marks it SENT.</param>
public sealed record PageMark(EventId Id, string? Failed);

/// <summary>The rows that a visit has claimed at the backend for a while.</summary>
/// <param name="Has">Whether a row is of the page and not marked: then its mark goes by <paramref name="Mark"/>.</param>
/// <param name="Mark">
/// No row twice. One answer for each, in their order. Left: the call failed, and any of them may have been applied.
/// </param>
/// <param name="Fault">Why a record may not go out that takes so long at most; null where it may, and where it is of other rows.</param>
/// <param name="IsLost">The rows are another's by now: none of them may be begun.</param>
public sealed record PagePort(
    Func<EventId, bool> Has,
    Func<IReadOnlyList<PageMark>, Task<Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>>> Mark,
    Func<Delivery, TimeSpan, string?> Fault,
    Func<bool> IsLost);

/// <summary>The dead letters, as far as a delivery needs them. Each call is bounded in time.</summary>
/// <param name="Save">Stores a letter, or adds the new attempts to the one that is there.</param>
/// <param name="FindExisting">Which of the keys have a letter.</param>
/// <param name="Drop">Removes a letter whose event was delivered after all; none there is fine.</param>
/// <param name="NoteRowFailed">The letter's row is FAILED now: no visit will take it up again.</param>
public sealed record LetterPort(
    Func<DeadLetter, Task<Either<StoreFailure, Unit>>> Save,
    Func<IReadOnlyList<DeadLetterKey>, Task<Either<StoreFailure, IReadOnlySet<DeadLetterKey>>>> FindExisting,
    Func<DeadLetterKey, Task<Either<StoreFailure, Unit>>> Drop,
    Func<DeadLetterKey, Task<Either<StoreFailure, Unit>>> NoteRowFailed)
{
    /// <summary>Which of the keys have a letter, or one that was put aside and can be restored.</summary>
    public Func<IReadOnlyList<DeadLetterKey>, Task<Either<StoreFailure, IReadOnlySet<DeadLetterKey>>>> FindKept
    {
        get => field ?? FindExisting;
        init;
    }

    /// <summary>Which of the keys have a letter that a replay has in hand right now, in whatever process.</summary>
    public Func<IReadOnlyList<DeadLetterKey>, Task<Either<StoreFailure, IReadOnlySet<DeadLetterKey>>>> FindClaimed { get; init; } =
        _ => Task.FromResult(Either<StoreFailure, IReadOnlySet<DeadLetterKey>>.Right(
            new System.Collections.Generic.HashSet<DeadLetterKey>()));

    /// <summary>The keys of all letters of a category.</summary>
    public Func<Category, Task<Either<StoreFailure, IReadOnlyList<DeadLetterKey>>>> List { get; init; } =
        _ => Task.FromResult(Either<StoreFailure, IReadOnlyList<DeadLetterKey>>.Right([]));

    /// <summary>What a letter holds, edits included; none where there is no letter that can be read.</summary>
    public Func<DeadLetterKey, Task<Either<StoreFailure, Option<ReadOnlyMemory<byte>>>>> Payload { get; init; } =
        _ => Task.FromResult(Either<StoreFailure, Option<ReadOnlyMemory<byte>>>.Right(Option<ReadOnlyMemory<byte>>.None));
}

/// <summary>The lasting copy of one flow's delivery ledger.</summary>
/// <param name="Write">Sets or (null) removes entries, all in one step.</param>
public sealed record LedgerPort(
    Func<Task<Either<StoreFailure, IReadOnlyDictionary<EventId, LedgerEntry>>>> Load,
    Func<IReadOnlyDictionary<EventId, LedgerEntry?>, Task<Either<StoreFailure, Unit>>> Write)
{
    /// <summary>Where events were published; goes along with the next write, and is never a reason why that fails.</summary>
    public Action<IReadOnlyCollection<PublishedEvent>> Keep { get; init; } = _ => { };
}

/// <summary>One flow's lease in Redis: a text that names its holder, with a life of its own. Each call is bounded in time.</summary>
/// <param name="Take">
/// Puts the text in place of exactly the one that was seen (null: none); false where something else is there by now.
/// </param>
/// <param name="Renew">Lengthens the life of exactly this text; false where it is not there any more.</param>
/// <param name="Release">Removes exactly this text.</param>
public sealed record LeasePort(
    Func<Task<Either<StoreFailure, Option<string>>>> Read,
    Func<string?, string, TimeSpan, Task<Either<StoreFailure, bool>>> Take,
    Func<string, TimeSpan, Task<Either<StoreFailure, bool>>> Renew,
    Func<string, Task<Either<StoreFailure, Unit>>> Release);

/// <summary>Bytes that outlive the process for a while, by name. Each call is bounded in time.</summary>
/// <param name="Get">None where nothing is kept under the name (any more).</param>
/// <param name="Set">Keeps the bytes for so long, in place of what was there. One that failed may have been applied.</param>
public sealed record KeptValuePort(
    Func<string, Task<Either<StoreFailure, Option<ReadOnlyMemory<byte>>>>> Get,
    Func<string, ReadOnlyMemory<byte>, TimeSpan, Task<Either<StoreFailure, Unit>>> Set);
