using Confluent.Kafka;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>What a failed publish means, from what the client says of it.</summary>
static class KafkaFailures
{
    /// <summary>The broker, or the client before it, refused this record; it would again.</summary>
    static readonly HashSet<ErrorCode> Refusals =
    [
        ErrorCode.MsgSizeTooLarge,
        ErrorCode.RecordListTooLarge,
        ErrorCode.InvalidMsgSize,
        ErrorCode.Local_UnknownTopic,
        ErrorCode.Local_UnknownPartition,
        ErrorCode.UnknownTopicOrPart,
        ErrorCode.TopicException,
        ErrorCode.TopicAuthorizationFailed,
        ErrorCode.ClusterAuthorizationFailed,
        ErrorCode.PolicyViolation,
        ErrorCode.UnsupportedForMessageFormat,
        ErrorCode.UnsupportedCompressionType,
        ErrorCode.InvalidRecord,
        ErrorCode.InvalidRequiredAcks,
        ErrorCode.InvalidTimestamp,
        ErrorCode.Local_InvalidArg,
    ];

    /// <summary>No broker, or none that leads the partition, could take any record.</summary>
    static readonly HashSet<ErrorCode> Outages =
    [
        ErrorCode.Local_MsgTimedOut,
        ErrorCode.Local_TimedOut,
        ErrorCode.Local_TimedOutQueue,
        ErrorCode.Local_Transport,
        ErrorCode.Local_AllBrokersDown,
        ErrorCode.Local_Resolve,
        ErrorCode.Local_Ssl,
        ErrorCode.Local_Authentication,
        ErrorCode.Local_IsrInsuff,
        ErrorCode.SaslAuthenticationFailed,
        ErrorCode.LeaderNotAvailable,
        ErrorCode.NotLeaderForPartition,
        ErrorCode.FencedLeaderEpoch,
        ErrorCode.UnknownLeaderEpoch,
        ErrorCode.BrokerNotAvailable,
        ErrorCode.ReplicaNotAvailable,
        ErrorCode.RequestTimedOut,
        ErrorCode.NetworkException,
        ErrorCode.NotEnoughReplicas,
        ErrorCode.KafkaStorageError,
    ];

    /// <summary>The producer is going away, or would not take the record.</summary>
    static readonly HashSet<ErrorCode> ProducerGone =
    [
        ErrorCode.Local_PurgeQueue,
        ErrorCode.Local_PurgeInflight,
        ErrorCode.Local_Destroy,
        ErrorCode.Local_Fatal,
        ErrorCode.Local_QueueFull,
    ];

    /// <param name="status">Of the delivery report; not persisted where the client never accepted the record.</param>
    /// <param name="producerIsFatal">The producer had failed for good: what it says of a record is no verdict on it.</param>
    public static PublishFailure Of(Error error, PersistenceStatus status, bool producerIsFatal)
    {
        var code = error.Code.ToString();
        if (status != PersistenceStatus.NotPersisted) return new PublishFailure.Unknown(code, error.Reason);
        if (producerIsFatal || error.IsFatal || ProducerGone.Contains(error.Code))
            return new PublishFailure.Stopping(code, error.Reason);
        return Refusals.Contains(error.Code)
            ? new PublishFailure.Permanent(code, error.Reason)
            : new PublishFailure.Transient(code, error.Reason, Outages.Contains(error.Code));
    }
}
