using Google.Protobuf;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Outbox;

/// <summary>
/// A pending row that is still as it came. Each reading makes it anew and nobody keeps it, so that a backlog takes the room of
/// its bytes.
/// </summary>
/// <param name="bytes">Of the row, with its length in front; the whole array is kept for as long as the row is.</param>
public sealed class UnreadRow<TPayload>(
    EventId? eventId, DateTimeOffset? createdAt, ArraySegment<byte> bytes, Func<ArraySegment<byte>, OutboxItem<TPayload>> read)
    : IPendingRow
    where TPayload : class
{
    public EventId? EventId => eventId;

    public DateTimeOffset? CreatedAt => createdAt;

    public OutboxItem<TPayload> Read() => read(bytes);
}

public static class UnreadRow
{
    /// <summary>One that was read already.</summary>
    public static UnreadRow<TPayload> Of<TPayload>(OutboxItem<TPayload> item)
        where TPayload : class =>
        new(item.EventId, item.CreatedAt, ArraySegment<byte>.Empty, _ => item);
}

/// <summary>The outboxes' answers, which all are rows in field 1.</summary>
public static class UnreadRows
{
    const uint RowTag = (1 << 3) | 2;

    public static IReadOnlyList<UnreadRow<TPayload>> Of<TRow, TPayload>(byte[] answer, Func<TRow, OutboxItem<TPayload>?> itemOf)
        where TRow : IMessage<TRow>, new()
        where TPayload : class =>
        Of(answer, itemOf, (row, _) => row);

    /// <summary>Reads each row once, so that a later reading cannot fail.</summary>
    /// <param name="answer">Or a part of one; kept for as long as any of its rows is.</param>
    /// <param name="itemOf">Null where the row is not PENDING.</param>
    /// <param name="keep">What to keep of a row, beside its bytes, once it was read.</param>
    /// <exception cref="InvalidProtocolBufferException">It is no such answer.</exception>
    public static IReadOnlyList<TKept> Of<TRow, TPayload, TKept>(
        byte[] answer, Func<TRow, OutboxItem<TPayload>?> itemOf, Func<UnreadRow<TPayload>, OutboxItem<TPayload>, TKept> keep)
        where TRow : IMessage<TRow>, new()
        where TPayload : class
    {
        var rows = new List<TKept>();
        Func<ArraySegment<byte>, OutboxItem<TPayload>> read = bytes => itemOf(RowOf<TRow>(bytes))!;
        using var input = new CodedInputStream(answer);
        while (input.ReadTag() is not 0 and var tag)
        {
            var from = (int)input.Position;
            input.SkipLastField();
            var bytes = new ArraySegment<byte>(answer, from, (int)input.Position - from);
            if (tag == RowTag && itemOf(RowOf<TRow>(bytes)) is { } item)
                rows.Add(keep(new UnreadRow<TPayload>(item.EventId, item.CreatedAt, bytes, read), item));
        }

        return rows;
    }

    static TRow RowOf<TRow>(ArraySegment<byte> bytes)
        where TRow : IMessage<TRow>, new()
    {
        var row = new TRow();
        using var input = new CodedInputStream(bytes.Array, bytes.Offset, bytes.Count);
        input.ReadMessage(row);
        return row;
    }
}
