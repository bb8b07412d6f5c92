using System.Text.Json;

namespace Hobom.Slices.Outbox;

/// <summary>An event as it is to be written. Its fields are the columns of the outbox table.</summary>
public sealed record OutboxEvent
{
    /// <summary>Null: a new UUID. Given, the same event may be written again and is one.</summary>
    public string? Id { get; init; }

    /// <summary>Who made it. Two events are the same only when source and id are.</summary>
    public required string Source { get; init; }

    /// <summary>Segments parted by dots: <c>public.users.create</c>.</summary>
    public required string Type { get; init; }

    /// <summary>JSON in UTF-8, kept byte for byte. Null: none, which is not the same as the four bytes <c>null</c>.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    public string SourceModule { get; init; } = "";

    public string AggregateType { get; init; } = "";

    public string AggregateId { get; init; } = "";

    /// <summary>Consumers that keep order take events of one key one at a time; null: the aggregate, where there is one.</summary>
    public string? OrderingKey { get; init; }

    public int? SchemaVersion { get; init; }

    /// <summary>A JSON object as text, or null: an empty one says the same.</summary>
    public string? Metadata { get; init; }

    /// <summary>0 is unknown.</summary>
    public long UserId { get; init; }

    public string SessionId { get; init; } = "";

    /// <summary>Null: the writer's.</summary>
    public string? InstanceId { get; init; }

    public string Schema { get; init; } = "";

    public string Entity { get; init; } = "";

    public string Operation { get; init; } = "";

    /// <summary>Null: now.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Not before; null: at once.</summary>
    public DateTimeOffset? AvailableAt { get; init; }

    /// <summary>A value as a payload.</summary>
    public static ReadOnlyMemory<byte> Json<T>(T value, JsonSerializerOptions? options = null) =>
        JsonSerializer.SerializeToUtf8Bytes(value, options);
}

/// <param name="RowId">Of the row in the outbox table.</param>
/// <param name="Repeated">It was there already, with the same body: nothing was written.</param>
public sealed record OutboxReceipt(Guid RowId, string EventId, bool Repeated);
