using Google.Protobuf;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Outbox;

/// <summary>
/// A pending row that is still as it came. Each reading makes it anew and nobody keeps it, so that a backlog takes the room of
/// its bytes.
/// </summary>
public sealed class UnreadRow<TPayload>(EventId? eventId, DateTimeOffset? createdAt, Func<OutboxItem<TPayload>> read) : IPendingRow
    where TPayload : class
{
    public EventId? EventId => eventId;

    public DateTimeOffset? CreatedAt => createdAt;

    public OutboxItem<TPayload> Read() => read();
}

/// <summary>The outboxes' answers, which all are rows in field 1.</summary>
public static class UnreadRows
{
    const uint RowTag = (1 << 3) | 2;

    /// <summary>Reads each row once, so that a later reading cannot fail.</summary>
    /// <param name="answer">Kept for as long as any of its rows is.</param>
    /// <param name="itemOf">Null where the row is not PENDING.</param>
    /// <exception cref="InvalidProtocolBufferException">It is no such answer.</exception>
    public static IReadOnlyList<UnreadRow<TPayload>> Of<TRow, TPayload>(byte[] answer, Func<TRow, OutboxItem<TPayload>?> itemOf)
        where TRow : IMessage<TRow>, new()
        where TPayload : class
    {
        var rows = new List<UnreadRow<TPayload>>();
        using var input = new CodedInputStream(answer);
        while (input.ReadTag() is not 0 and var tag)
        {
            var from = (int)input.Position;
            input.SkipLastField();
            var length = (int)input.Position - from;
            if (tag == RowTag && itemOf(RowAt<TRow>(answer, from, length)) is { } item)
                rows.Add(new UnreadRow<TPayload>(item.EventId, item.CreatedAt, () => itemOf(RowAt<TRow>(answer, from, length))!));
        }

        return rows;
    }

    /// <param name="from">Where its length stands, which it begins with.</param>
    static TRow RowAt<TRow>(byte[] answer, int from, int length)
        where TRow : IMessage<TRow>, new()
    {
        var row = new TRow();
        using var input = new CodedInputStream(answer, from, length);
        input.ReadMessage(row);
        return row;
    }
}
