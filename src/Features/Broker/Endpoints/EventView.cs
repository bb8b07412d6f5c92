using System.Text.Json.Serialization;
using Hobom.Slices.Broker.Stores;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>How much of an event is shown.</summary>
/// <param name="Errors">What handlers said.</param>
/// <param name="Payload">Payload and metadata.</param>
public readonly record struct EventSight(bool Errors, bool Payload)
{
    public static readonly EventSight All = new(Errors: true, Payload: true);
}

/// <summary>An event under the contract's names.</summary>
public sealed record EventView
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("source")]
    public required string Source { get; init; }

    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("status")]
    public required string Status { get; init; }

    [JsonPropertyName("retry_count")]
    public required int RetryCount { get; init; }

    [JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>As it was written; left out where there is none.</summary>
    [JsonPropertyName("payload"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RawJson? Payload { get; init; }

    /// <summary>Payload, metadata and errors are not all shown: the caller may not see them, or only with a reason.</summary>
    [JsonPropertyName("masked"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Masked { get; init; }

    [JsonPropertyName("user_id")]
    public required long UserId { get; init; }

    [JsonPropertyName("session_id")]
    public required string SessionId { get; init; }

    [JsonPropertyName("instance_id")]
    public required string InstanceId { get; init; }

    [JsonPropertyName("schema")]
    public required string Schema { get; init; }

    [JsonPropertyName("entity")]
    public required string Entity { get; init; }

    [JsonPropertyName("operation")]
    public required string Operation { get; init; }

    [JsonPropertyName("source_module")]
    public required string SourceModule { get; init; }

    [JsonPropertyName("aggregate_type")]
    public required string AggregateType { get; init; }

    [JsonPropertyName("aggregate_id")]
    public required string AggregateId { get; init; }

    [JsonPropertyName("ordering_key")]
    public string? OrderingKey { get; init; }

    [JsonPropertyName("schema_version")]
    public int? SchemaVersion { get; init; }

    /// <summary>Never null for who may see it.</summary>
    [JsonPropertyName("metadata")]
    public required RawJson? Metadata { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("available_at")]
    public DateTimeOffset? AvailableAt { get; init; }

    [JsonPropertyName("processed_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ProcessedAt { get; init; }

    [JsonPropertyName("completed_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CompletedAt { get; init; }

    [JsonPropertyName("no_consumer_since"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? NoConsumerSince { get; init; }

    /// <summary>Nobody had wanted it for too long.</summary>
    [JsonPropertyName("expired_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiredAt { get; init; }

    [JsonPropertyName("handlings")]
    public required IReadOnlyList<HandlingView> Handlings { get; init; }

    /// <param name="sight">What may hold somebody's data is left out without it.</param>
    public static EventView Of(StoredEvent stored, EventSight sight)
    {
        var given = stored.Event;
        var dead = stored.Handlings.LastOrDefault(h => h.State is HandlingState.Dead);
        return new EventView
        {
            Id = given.Id, Source = given.Source, Type = given.Type, Status = stored.Status.Word(),
            RetryCount = stored.Handlings.Sum(h => Math.Max(0, h.Attempts - 1)), Masked = !sight.Errors || !sight.Payload,
            Error = sight.Errors ? dead?.LastError : null,
            Payload = sight.Payload ? given.Payload.MatchUnsafe(bytes => new RawJson(bytes), () => null) : null, UserId = given.UserId,
            SessionId = given.SessionId,
            InstanceId = given.InstanceId, Schema = given.Schema, Entity = given.Entity, Operation = given.Operation,
            SourceModule = given.SourceModule, AggregateType = given.AggregateType, AggregateId = given.AggregateId,
            OrderingKey = given.OrderingKey, SchemaVersion = given.SchemaVersion,
            Metadata = sight.Payload ? new RawJson(System.Text.Encoding.UTF8.GetBytes(given.Metadata ?? BrokerEvent.NoMetadata)) : null,
            CreatedAt = given.CreatedAt, AvailableAt = given.AvailableAt, ProcessedAt = stored.Handlings.Min(h => h.StartedAt),
            CompletedAt = stored.Status is EventStatus.Completed or EventStatus.Failed ? stored.Handlings.Max(h => EndOf(h.State)) : null,
            NoConsumerSince = stored.NoConsumerSince, ExpiredAt = stored.ExpiredAt,
            Handlings = [.. stored.Handlings.Select(h => HandlingView.Of(h, sight.Errors))],
        };
    }

    public static DateTimeOffset? EndOf(HandlingState state) => state switch
    {
        HandlingState.Done done => done.At,
        HandlingState.Dead dead => dead.At,
        HandlingState.Skipped skipped => skipped.At,
        HandlingState.Waiting or HandlingState.Leased or HandlingState.Failed => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>How far one consumer is, under the names of <c>inbox_event</c>.</summary>
public sealed record HandlingView(
    [property: JsonPropertyName("consumer_name")] string Consumer,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("attempt_count")] int Attempts,
    [property: JsonPropertyName("last_error")] string? LastError,
    [property: JsonPropertyName("available_at")] DateTimeOffset? AvailableAt,
    [property: JsonPropertyName("leased_by")] string? LeasedBy,
    [property: JsonPropertyName("started_at")] DateTimeOffset? StartedAt,
    [property: JsonPropertyName("processed_at")] DateTimeOffset? ProcessedAt,
    [property: JsonPropertyName("edited")] bool IsEdited,
    [property: JsonPropertyName("failure_kind")] string? FailureKind)
{
    public static HandlingView Of(Handling handling, bool seesAll) => new(
        handling.Consumer, WordOf(handling.State), handling.Attempts, seesAll ? handling.LastError : null,
        handling.State switch
        {
            HandlingState.Waiting waiting => waiting.NotBefore,
            HandlingState.Failed failed => failed.NextTryAt,
            HandlingState.Leased leased => leased.Until,
            HandlingState.Done or HandlingState.Dead or HandlingState.Skipped => null,
            _ => throw new System.Diagnostics.UnreachableException(),
        },
        (handling.State as HandlingState.Leased)?.Owner, handling.StartedAt, EventView.EndOf(handling.State), handling.IsEdited,
        handling.Kind?.Word());

    static string WordOf(HandlingState state) => state switch
    {
        HandlingState.Waiting => "received",
        HandlingState.Leased => "processing",
        HandlingState.Failed => "failed",
        HandlingState.Done => "processed",
        HandlingState.Dead => "dead_letter",
        HandlingState.Skipped => "skipped",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
