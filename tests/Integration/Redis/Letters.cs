using System.Text;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Integration.Redis;

/// <summary>Dead letters to put into the store.</summary>
public static class Letters
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    public static DeadLetterKey Key(string id, string category = "menu") => new(new Category(category), id);

    public static DeadLetter Of(DeadLetterKey key, DateTimeOffset? failedAt = null, byte[]? payload = null)
    {
        var at = failedAt ?? Noon;
        var attempt = new Attempt(
            1, at, TimeSpan.FromMilliseconds(7), FailureClass.Transient, "Local_MsgTimedOut", "timed out", false);
        return new DeadLetter(
            key, new EventId(key.Id), "MESSAGE", payload ?? Encoding.UTF8.GetBytes("{}"), "hobom.messages", key.Id,
            [new RecordHeader(RecordHeader.EventId, key.Id)], DeadLetter.PublishStage, FailureClass.Transient,
            "timed out", [attempt], at);
    }
}
