using System.Diagnostics;
using Confluent.Kafka;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>What a failed publish means, from what the client says of it.</summary>
static class KafkaFailures
{
    /// <param name="status">Of the delivery report; not persisted where the client never accepted the record.</param>
    /// <param name="producerIsFatal">The producer had failed for good: what it says of a record is no verdict on it.</param>
    public static PublishFailure Of(Error error, PersistenceStatus status, bool producerIsFatal)
    {
        var (scope, verdict) = KafkaErrors.Of(error.Code);
        var (code, message) = (error.Code.ToString(), $"{error.Reason}{HintOf(error.Code)}");
        if (status != PersistenceStatus.NotPersisted) return new PublishFailure.Unknown(code, message, scope);
        if (producerIsFatal || error.IsFatal) return new PublishFailure.Stopping(code, message);
        return verdict switch
        {
            KafkaVerdict.Retry => new PublishFailure.Transient(code, message, scope),
            KafkaVerdict.Refused => new PublishFailure.Permanent(code, message, scope),
            KafkaVerdict.TooLarge => new PublishFailure.TooLarge(code, message),
            KafkaVerdict.Ended => new PublishFailure.Stopping(code, message, scope),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>
    /// Whether the record was found invalid together with others: of such a batch the client tells all alike, those without
    /// fault too, and keeps the broker's reason to itself (a clock that differs, say).
    /// </summary>
    public static bool MayBeOfTheBatch(PublishFailure failure) =>
        failure is not PublishFailure.Unknown
        && failure.Code is nameof(ErrorCode.InvalidRecord) or nameof(ErrorCode.Local_InvalidDifferentRecord);

    /// <summary>What Kafka's own words leave out, where it is known.</summary>
    static string HintOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidTimestamp =>
            ": the clocks of this process and of the broker differ by more than the topic allows (message.timestamp.after.max.ms, "
            + "message.timestamp.before.max.ms)",
        ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart =>
            ": the topic does not exist, or this account may not see it",
        ErrorCode.TopicAuthorizationFailed => ": this account may not write to the topic",
        _ => "",
    };
}
