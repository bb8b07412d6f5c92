namespace Hobom.Slices.Core;

/// <summary>The id of a domain event, never empty. It may hold any character, colons included.</summary>
public readonly record struct EventId
{
    public EventId(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        Value = value;
    }

    public string Value { get; }

    public override string ToString() => Value;
}

/// <summary>What the shared code needs to know of a pending row, whatever its payload.</summary>
public interface IPendingRow
{
    /// <summary>None where the backend sent an empty one: such a row can be refused but never marked.</summary>
    EventId? EventId { get; }

    /// <summary>When the row was written; none where the backend's form of it is not known.</summary>
    DateTimeOffset? CreatedAt { get; }
}

/// <summary>A pending row of an outbox as read. Slices decide what becomes of it.</summary>
/// <param name="RowId">The row's own id in its table; may be empty.</param>
/// <param name="Payload">None where the row has none.</param>
/// <param name="Raw">The whole row as JSON (UTF-8), made on demand: only a refused row needs it.</param>
public sealed record OutboxItem<TPayload>(
    string RowId,
    EventId? EventId,
    string EventType,
    TPayload? Payload,
    DateTimeOffset? CreatedAt,
    Func<ReadOnlyMemory<byte>> Raw) : IPendingRow
    where TPayload : class;
