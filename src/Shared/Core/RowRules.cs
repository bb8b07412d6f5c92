using System.Security.Cryptography;
using System.Text;

namespace Hobom.Slices.Core;

/// <summary>What every slice asks of a row before it looks at the payload.</summary>
public static class RowRules
{
    public static bool FitsKey(EventId id) => Encoding.UTF8.GetByteCount(id.Value) <= DeadLetterKey.IdByteLimit;

    /// <summary>Why no row of this shape can become a record, or null where it can.</summary>
    /// <param name="eventType">What was asked for; a row that names none is taken for one.</param>
    public static string? Fault<TPayload>(OutboxItem<TPayload> item, string eventType)
        where TPayload : class =>
        item.EventId is not { } id ? "the row has no event id"
        : !FitsKey(id) ? $"the row's event id is longer than {DeadLetterKey.IdByteLimit} bytes"
        : item.EventType.Length > 0 && item.EventType != eventType ? $"the row is of type {item.EventType}, not {eventType}"
        : item.Payload is null ? "the row has no payload"
        : null;

    /// <summary>The first 32 hexadecimal digits of the SHA-256 of the bytes.</summary>
    public static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..32];
}
