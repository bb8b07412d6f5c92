using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Message;
using static Hobom.Slices.Core.RecordField;

namespace Hobom.Slices.Messages;

/// <summary>A message as it goes out.</summary>
/// <param name="SentAt">The time of publishing.</param>
public sealed record MessageRecord(MessagePayload Payload, DateTimeOffset SentAt)
{
    /// <summary>The type of a message whose row names none.</summary>
    const string DefaultType = "MAIL_MESSAGE";

    /// <summary>
    /// The consumers refuse a value with any field that they do not know: exactly these, and senderId only where there
    /// is one.
    /// </summary>
    public static RecordShape<MessageRecord> Shape { get; } = new(
        "the message",
        Text<MessageRecord>("type", Visibility.Code, m => m.Payload.Type.Length == 0 ? DefaultType : m.Payload.Type),
        Text<MessageRecord>("title", Visibility.Text, m => m.Payload.Title),
        Text<MessageRecord>("body", Visibility.Hidden, m => m.Payload.Body),
        Text<MessageRecord>("recipient", Visibility.Hidden, m => m.Payload.Recipient),
        TextUnlessEmpty<MessageRecord>("senderId", Visibility.Hidden, m => m.Payload.SenderId),
        Text<MessageRecord>("sentAt", Visibility.Code, m => m.SentAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'")));
}
