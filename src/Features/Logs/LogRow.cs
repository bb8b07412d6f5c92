using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Log;
using Hobom.Slices.Runtime.Outbox;

namespace Hobom.Slices.Logs;

/// <summary>How a row goes out.</summary>
public enum LogPlace
{
    Refused,

    /// <summary>In an array with others.</summary>
    Shared,

    /// <summary>In an array of its own: the consumers may refuse it, and with it all that it travels with.</summary>
    Alone,
}

/// <summary>A pending row of a log outbox that is still as it came, and how it goes out.</summary>
public sealed class LogRow(UnreadRow<HoBomLogPayload> row, LogPlace place) : IPendingRow
{
    public EventId? EventId => row.EventId;

    public DateTimeOffset? CreatedAt => row.CreatedAt;

    public LogPlace Place => place;

    public OutboxItem<HoBomLogPayload> Read() => row.Read();

    public static LogRow Of(OutboxItem<HoBomLogPayload> item, RelayRoute route) => new(UnreadRow.Of(item), PlaceOf(item, route.EventType));

    public static LogPlace PlaceOf(OutboxItem<HoBomLogPayload> item, string eventType) =>
        RowRules.Fault(item, eventType) is not null ? LogPlace.Refused
        : LogEnumerations.ForeignValue(item.Payload!) is null ? LogPlace.Shared
        : LogPlace.Alone;
}
