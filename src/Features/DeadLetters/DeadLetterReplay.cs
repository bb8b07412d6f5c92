using System.Globalization;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.DeadLetters;

/// <summary>Where the letters of one category go when they are replayed: a topic, or the empty one of a flow that does not end in Kafka.</summary>
/// <param name="RecordKey">The record's key for a letter that does not tell its own, by event id.</param>
public sealed record ReplayRoute(RelayRoute Route, Func<EventId, string> RecordKey);

/// <summary>Why a letter cannot be published again.</summary>
public abstract record ReplayRefusal(string Message)
{
    /// <summary>No decision could make a record of the row, and the letter holds that row.</summary>
    public sealed record HoldsARow(string Reason)
        : ReplayRefusal($"the letter holds a row that could not become a record: {Reason}");

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

    /// <summary>Headers that belong to the first try, or to an earlier replay or dead letter queue.</summary>
    static readonly string[] NotSentAgain =
        [RecordHeader.TraceParent, "tracestate", RecordHeader.PossibleDuplicate, RecordHeader.EventId, "replayed-by"];

    static readonly string[] NotSentAgainPrefixes = ["replayed-at", "replay-of", "dlq-", "x-dlq-", "kafka_dlt-"];

    /// <summary>
    /// The letter's own record again: topic, key, bytes and headers, with where it comes from in headers. Where an
    /// earlier attempt may have been written, the <see cref="RecordHeader.PossibleDuplicate"/> header is among them.
    /// </summary>
    /// <param name="route">Of the letter's category; null where no running slice has it.</param>
    public static Either<ReplayRefusal, Delivery> PlanReplay(
        StoredLetter letter, ReplayRoute? route, DateTimeOffset now) =>
        letter.Record switch
        {
            RecordReading.Unreadable(var reason, _) => new ReplayRefusal.RecordUnreadable(reason),
            RecordReading.Readable({ Stage: DeadLetter.DecideStage } record) =>
                new ReplayRefusal.HoldsARow(record.Reason),
            RecordReading.Readable({ Topic: "" }) when route is not { Route.Topic: "" } => new ReplayRefusal.NoTopic(letter.Key.Category),
            RecordReading.Readable(var record) => Again(letter, record, now),
            _ when route is null => new ReplayRefusal.NoRoute(letter.Key.Category),
            _ => FromAnotherWriter(letter, route, now),
        };

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

    static Delivery Again(StoredLetter letter, LetterRecord record, DateTimeOffset now)
    {
        var id = new EventId(record.EventId ?? letter.Key.Id);
        var own = record.Headers.Where(h => !BelongsToAnEarlierTry(h.Name));
        return Deliver(letter, id, record.Topic, record.RecordKey, own, record.MaybeWritten, now);
    }

    /// <summary>Nothing is known of its attempts: one of them may have been written.</summary>
    static Delivery FromAnotherWriter(StoredLetter letter, ReplayRoute route, DateTimeOffset now)
    {
        var id = new EventId(letter.Key.Id);
        var own = new RecordHeader(RecordHeader.EventType, route.Route.EventType);
        return Deliver(letter, id, route.Route.Topic, route.RecordKey(id), [own], maybeWritten: true, now);
    }

    static Delivery Deliver(
        StoredLetter letter, EventId id, string topic, string key, IEnumerable<RecordHeader> own, bool maybeWritten,
        DateTimeOffset now)
    {
        List<RecordHeader> headers =
        [
            new(RecordHeader.EventId, id.Value),
            .. own,
            new(ReplayedAt, now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
            new(ReplayOf, letter.Key.Format()),
        ];
        if (maybeWritten) headers.Add(new RecordHeader(RecordHeader.PossibleDuplicate, "1"));
        return new Delivery(topic, key, letter.Payload, headers, [new CarriedEvent(id, letter.Key, letter.Payload)]);
    }

    static bool BelongsToAnEarlierTry(string name) =>
        NotSentAgain.Contains(name, StringComparer.OrdinalIgnoreCase)
        || NotSentAgainPrefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
