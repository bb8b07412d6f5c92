namespace Hobom.Slices.Core;

/// <summary>An event that could not be delivered, with all that is known of it, as it goes to the store.</summary>
/// <param name="Payload">The value as it would have been published, byte for byte; of a refused row, the row as JSON.</param>
/// <param name="Topic">Empty where the event was never meant for Kafka.</param>
/// <param name="Stage">The step that failed: <c>publish</c>, <c>decide</c>, or a step of the slice's own.</param>
/// <param name="Attempts">Of this visit, oldest first; the store appends them to what it has.</param>
public sealed record DeadLetter(
    DeadLetterKey Key,
    EventId? EventId,
    string EventType,
    ReadOnlyMemory<byte> Payload,
    string Topic,
    string RecordKey,
    IReadOnlyList<RecordHeader> Headers,
    string Stage,
    FailureClass Class,
    string Reason,
    IReadOnlyList<Attempt> Attempts,
    DateTimeOffset FailedAt)
{
    /// <summary>W3C Trace Context of the work in which it failed; null where that was not traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>
    /// Its truth is elsewhere and outlives it: it does not expire, and goes when what it shows is over.
    /// </summary>
    public bool IsView { get; init; }

    /// <summary>
    /// What failed, more closely than the class tells it: a word of a closed set of the slice's own. Letters of one cause have
    /// the same one. Null where the slice has no such words.
    /// </summary>
    public string? Kind { get; init; }

    /// <summary>The contract's life of a letter.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromHours(72);

    public const string PublishStage = "publish";

    /// <summary>The stage of a row that no decision could make into a record.</summary>
    public const string DecideStage = "decide";

    /// <param name="outage">Set where the cause is not the event's own.</param>
    public static DeadLetter Of(
        Delivery delivery, CarriedEvent carried, string eventType, IReadOnlyList<Attempt> attempts, Outage? outage, DateTimeOffset now)
    {
        var last = attempts[^1];
        // What may have been written wants a look before it is sent again: not one group with what was not.
        var kind = outage is null || last.Class is FailureClass.Unknown ? last.Class : outage.Class;
        return new DeadLetter(
            carried.LetterKey, carried.Id, eventType, carried.LetterPayload(), delivery.Topic, delivery.Key,
            delivery.Headers, PublishStage, kind, outage?.Reason ?? last.Message, attempts, now);
    }

    public static DeadLetter Of(Refusal refusal, string eventType, string topic, DateTimeOffset now)
    {
        var attempt = new Attempt(
            1, now, TimeSpan.Zero, FailureClass.Refused, "REFUSED", refusal.Reason, MaybeWritten: false);
        return new DeadLetter(
            refusal.LetterKey, refusal.EventId, eventType, refusal.Raw, topic, refusal.LetterKey.Id, [],
            DecideStage, FailureClass.Refused, refusal.Reason, [attempt], now);
    }
}
