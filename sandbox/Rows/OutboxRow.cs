using Google.Protobuf;

namespace Hobom.Slices.Sandbox.Rows;

/// <summary>The contract's event types.</summary>
public static class EventTypes
{
    public const string Message = "MESSAGE";
    public const string Log = "HOBOM_LOG";
    public const string SpaceEvent = "SPACE_EVENT";
    public const string SpaceLog = "SPACE_LOG";
    public const string LawChanged = "LAW_CHANGED";
}

/// <summary>The contract's row statuses.</summary>
public static class RowStatuses
{
    public const string Pending = "PENDING";
    public const string Sent = "SENT";
    public const string Failed = "FAILED";
}

/// <summary>One row of an outbox, as it stands now.</summary>
/// <param name="Payload">The payload message of the row's event type; null is a row that lost it.</param>
public sealed record OutboxRow(string EventId, string EventType, IMessage? Payload, DateTimeOffset CreatedAt)
{
    public string Id { get; init; } = Guid.NewGuid().ToString("N")[..24];
    public string Status { get; init; } = RowStatuses.Pending;
    public int Version { get; init; } = 1;
    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;
    public DateTimeOffset? SentAt { get; init; }
    public DateTimeOffset? FailedAt { get; init; }
    public string LastError { get; init; } = "";

    /// <summary>The page that claimed it last; null where none has.</summary>
    public string? Token { get; init; }
}
