using System.Globalization;
using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Messages;

/// <summary>Whether an edited value may go out to <c>hobom.messages</c>: the same rules as for a row, and the consumers' own.</summary>
public static class MessagePayloadCheck
{
    /// <summary>The consumers refuse every other.</summary>
    static readonly string[] Types = ["MAIL_MESSAGE", "PUSH_MESSAGE"];

    public static string? Fault(ReadOnlyMemory<byte> value) => ValueShape.Check(value, Fault);

    static string? Fault(JsonElement message) =>
        MessageRecord.Shape.Fault(message) is { } fault ? fault
        : !Types.Contains(TextOf(message, "type")) ? $"the message's type is none of {string.Join(", ", Types)}"
        : TextOf(message, "recipient").Length == 0 ? MessageDecisions.NoRecipient
        : !IsInstant(TextOf(message, "sentAt")) ? "the message's sentAt is no instant: expected 2026-03-05T12:51:13Z"
        : null;

    static string TextOf(JsonElement message, string field) => message.GetProperty(field).GetString()!;

    /// <summary>RFC 3339, with its zone: the consumer parses it as an instant.</summary>
    static bool IsInstant(string text) =>
        text.Length > 19 && text[10] == 'T' && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
