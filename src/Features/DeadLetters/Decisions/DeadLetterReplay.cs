using System.Diagnostics;
using System.Globalization;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Decisions;

/// <summary>
/// Where the letters of one category go when they are replayed: a topic, or the empty one of a flow that does not end in
/// Kafka.
/// </summary>
/// <param name="RecordKey">The record's key for a letter that does not tell its own, by event id.</param>
public sealed record ReplayRoute(RelayRoute Route, Func<EventId, string> RecordKey);

/// <summary>Why a letter cannot be published again.</summary>
public abstract record ReplayRefusal(string Message)
{
    /// <summary>No decision could make a record of the row, and the letter holds that row.</summary>
    public sealed record HoldsARow(string Reason)
        : ReplayRefusal($"the letter holds a row that could not become a record: {Reason}");

    /// <summary>Nothing could ever be marked: each visit would refuse the row anew.</summary>
    public sealed record NoEventId() : ReplayRefusal("the row has no event id that fits, so it cannot be marked");

    /// <summary>The poll would deliver it beside the replay, or has not told yet whether it will.</summary>
    public sealed record RowStillPending(string Reason) : ReplayRefusal(Reason);

    /// <summary>Not the failure that the replay was asked for.</summary>
    public sealed record FailedAgain(DateTimeOffset At) : ReplayRefusal($"the letter failed again at {At:u}");

    public sealed record RecordUnreadable(string Reason) : ReplayRefusal(Reason);

    public sealed record NoTopic(Category Category)
        : ReplayRefusal($"the letter names no topic, and letters of category '{Category}' go to Kafka");

    public sealed record NoRoute(Category Category)
        : ReplayRefusal($"no running slice takes letters of category '{Category}'");
}

public static partial class DeadLetterDecisions
{
    public const string ReplayedAt = "replayed-at";
    public const string ReplayOf = "replay-of";

    /// <summary><c>1</c> where a person has changed the value.</summary>
    public const string Edited = "edited";

    /// <summary>Headers that belong to the first try, or to an earlier replay or dead letter queue.</summary>
    static readonly string[] NotSentAgain =
        [RecordHeader.TraceParent, "tracestate", RecordHeader.PossibleDuplicate, RecordHeader.EventId, "replayed-by", Edited];

    static readonly string[] NotSentAgainPrefixes = ["replayed-at", "replay-of", "dlq-", "x-dlq-", "kafka_dlt-"];

    /// <summary>
    /// The letter's own record again: topic, key, bytes and headers, with where it comes from in headers. Where an
    /// earlier attempt may have been written, the <see cref="RecordHeader.PossibleDuplicate"/> header is among them.
    /// </summary>
    /// <param name="route">Of the letter's category; null where no running slice has it.</param>
    /// <param name="patched">The payload was changed on its way from the store.</param>
    public static Either<ReplayRefusal, Delivery> PlanReplay(
        StoredLetter letter, ReplayRoute? route, DateTimeOffset now, bool patched = false) =>
        letter.Record switch
        {
            RecordReading.Unreadable(var reason, _) => new ReplayRefusal.RecordUnreadable(reason),
            RecordReading.Readable({ Stage: DeadLetter.DecideStage } record) when record.Edit is null && !patched =>
                new ReplayRefusal.HoldsARow(record.Reason),
            RecordReading.Readable({ Stage: DeadLetter.DecideStage } record) when !CanBeMarked(letter.Key, record) =>
                new ReplayRefusal.NoEventId(),
            RecordReading.Readable({ Topic: "" }) when route is not { Route.Topic: "" } => new ReplayRefusal.NoTopic(letter.Key.Category),
            RecordReading.Readable(var record) => Again(letter, record, route, now, patched || record.Edit is not null),
            RecordReading.None when route is null => new ReplayRefusal.NoRoute(letter.Key.Category),
            RecordReading.None => Again(letter, RecordOfAnotherWriter(letter, route, now), route, now, patched),
            _ => throw new UnreachableException($"nobody says how to replay {letter.Record}"),
        };

    /// <summary>
    /// What keeps a letter from being replayed now, though it could be. A row that is still PENDING is its poller's: a
    /// visit tries it again without anybody asking.
    /// </summary>
    /// <param name="seenPending">Whether the outbox last said so; null before it has answered.</param>
    /// <param name="pollerPaused">No visit comes: then the hold alone keeps poll and replay apart.</param>
    /// <param name="asOf">Later failures are not what was meant; null where any is.</param>
    public static ReplayRefusal? BlockedReason(LetterRecord record, bool? seenPending, bool pollerPaused, DateTimeOffset? asOf) =>
        asOf < record.LastFailedAt ? new ReplayRefusal.FailedAgain(record.LastFailedAt)
        : record.Row != RowState.Pending || record.EventId is null || pollerPaused || seenPending == false ? null
        : new ReplayRefusal.RowStillPending(seenPending is null
            ? "no visit has told yet whether the row is still PENDING; if it is, the poller tries it again by itself"
            : "the row is still PENDING: the poller's next visit tries it again by itself");

    /// <summary>
    /// The record of a letter that another program wrote. Nothing is known of its attempts: one of them may have been
    /// written. Such programs mark the row FAILED themselves.
    /// </summary>
    public static LetterRecord RecordOfAnotherWriter(StoredLetter letter, ReplayRoute route, DateTimeOffset now)
    {
        var age = letter.TimeLeft is { } left && left < DeadLetter.TimeToLive ? DeadLetter.TimeToLive - left : TimeSpan.Zero;
        return new LetterRecord(
            LetterRecord.CurrentVersion, letter.Key.Id, route.Route.EventType, letter.Key.Category.Name, route.Route.Topic,
            route.RecordKey(new EventId(letter.Key.Id)), [new RecordHeader(RecordHeader.EventType, route.Route.EventType)],
            DeadLetter.PublishStage, FailureClass.Unknown, "written by another program", [], 0, MaybeWritten: true,
            now - age, now - age, letter.Payload.Length,
            LetterEdits.Digest(letter.Payload.Span), RowState.Failed);
    }

    /// <summary>A replay that was not written is one more attempt; its record says so and is otherwise as it was.</summary>
    public static LetterRecord AddReplayAttempt(
        LetterRecord record, PublishFailure failure, DateTimeOffset startedAt, TimeSpan took)
    {
        var unknown = failure is PublishFailure.Unknown;
        var attempt = AttemptRecordOf(new Attempt(
            0, startedAt, took, failure.Class, failure.Code, failure.Message, unknown));
        return record with
        {
            Attempts = Cap([.. record.Attempts, attempt with { Number = record.AttemptCount + 1 }]),
            AttemptCount = record.AttemptCount + 1,
            MaybeWritten = record.MaybeWritten || unknown,
        };
    }

    static Delivery Again(StoredLetter letter, LetterRecord record, ReplayRoute? route, DateTimeOffset now, bool edited)
    {
        var id = new EventId(record.EventId ?? letter.Key.Id);
        // A refused row never had a record: the slice's own key and type are what its record would have had.
        var wasRow = record.Stage == DeadLetter.DecideStage;
        var key = wasRow && route is not null ? route.RecordKey(id) : record.RecordKey;
        List<RecordHeader> headers =
        [
            new(RecordHeader.EventId, id.Value),
            .. wasRow
                ? [new RecordHeader(RecordHeader.EventType, record.EventType)]
                : record.Headers.Where(h => !BelongsToAnEarlierTry(h.Name)),
            new(ReplayedAt, now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
            new(ReplayOf, letter.Key.Format()),
        ];
        if (edited) headers.Add(new RecordHeader(Edited, "1"));
        if (record.MaybeWritten) headers.Add(new RecordHeader(RecordHeader.PossibleDuplicate, "1"));
        return new Delivery(record.Topic, key, letter.Payload, headers, [new CarriedEvent(id, letter.Key, letter.Payload)]);
    }

    /// <summary>A row without an id, or with one too long for a key, is filed under another name and stays PENDING for good.</summary>
    static bool CanBeMarked(DeadLetterKey key, LetterRecord record) => record.EventId == key.Id;

    static bool BelongsToAnEarlierTry(string name) =>
        NotSentAgain.Contains(name, StringComparer.OrdinalIgnoreCase)
        || NotSentAgainPrefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
