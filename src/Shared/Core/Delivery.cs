using LanguageExt;

namespace Hobom.Slices.Core;

/// <summary>A header of a Kafka record; its value travels as UTF-8.</summary>
public sealed record RecordHeader(string Name, string Value)
{
    /// <summary>The id of a carried event; a record that carries several has one such header for each, in order.</summary>
    public const string EventId = "event-id";

    public const string EventType = "event-type";

    /// <summary><c>1</c> where an earlier attempt's record may have been written.</summary>
    public const string PossibleDuplicate = "possible-duplicate";

    /// <summary>W3C Trace Context.</summary>
    public const string TraceParent = "traceparent";
}

/// <summary>One outbox event inside a record, and the dead letter that it becomes when the record cannot be delivered.</summary>
/// <param name="LetterPayload">What the letter holds, byte for byte; made on demand: only a dead letter needs it.</param>
public sealed record CarriedEvent(EventId Id, DeadLetterKey LetterKey, Func<ReadOnlyMemory<byte>> LetterPayload)
{
    /// <summary>A lone event: its letter holds the record's own value.</summary>
    public CarriedEvent(EventId id, DeadLetterKey letterKey, ReadOnlyMemory<byte> value)
        : this(id, letterKey, () => value)
    {
    }
}

/// <summary>One Kafka record together with the outbox events that it carries, in order.</summary>
public sealed record Delivery(
    string Topic,
    string Key,
    ReadOnlyMemory<byte> Value,
    IReadOnlyList<RecordHeader> Headers,
    IReadOnlyList<CarriedEvent> Events)
{
    /// <summary>
    /// The same events in two records, for when Kafka does not take them in one; null where it cannot be divided.
    /// </summary>
    public Func<(Delivery First, Delivery Second)>? Halves { get; init; }
}

/// <summary>A row that cannot become a record. It waits as a dead letter that holds the row as it was read.</summary>
/// <param name="EventId">None where the row has none: it cannot be marked and stays PENDING beside its letter.</param>
public sealed record Refusal(EventId? EventId, DeadLetterKey LetterKey, ReadOnlyMemory<byte> Raw, string Reason)
{
    const string NoEventId = "no-event-id:";
    const string LongEventId = "long-event-id:";

    /// <summary>Whether a letter's id is none of an event's: its row has none, or one that is too long for a key.</summary>
    public static bool IsNamedOtherwise(string letterId) =>
        letterId.StartsWith(NoEventId, StringComparison.Ordinal) || letterId.StartsWith(LongEventId, StringComparison.Ordinal);

    /// <summary>Files a refused row under its event id, or under what else names it where that cannot be a key.</summary>
    public static Refusal Of<TPayload>(OutboxItem<TPayload> item, Category category, string reason)
        where TPayload : class
    {
        var raw = item.Raw();
        return new Refusal(item.EventId, new DeadLetterKey(category, LetterId(item, raw)), raw, reason);
    }

    static string LetterId<TPayload>(OutboxItem<TPayload> item, ReadOnlyMemory<byte> raw)
        where TPayload : class
    {
        if (item.EventId is { } id && RowRules.FitsKey(id)) return id.Value;
        var named = item.RowId.Length > 0 && item.RowId.Length <= 128 ? item.RowId : RowRules.Digest(raw.Span);
        return item.EventId is null ? $"{NoEventId}{named}" : $"{LongEventId}{named}";
    }
}

/// <summary>
/// What goes out in one visit, in order: made lazily, so that a backlog of any size is encoded only
/// as fast as it is delivered.
/// </summary>
public sealed record DeliveryPlan(IEnumerable<Either<Refusal, Delivery>> Steps);
