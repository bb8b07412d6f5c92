using System.Text;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters;

public static class LetterSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    public static readonly DeadLetterKey Key = new(new Category("menu"), "e1");

    public static Attempt AttemptAt(DateTimeOffset at, bool maybeWritten = false) => new(
        1, at, TimeSpan.FromMilliseconds(7), maybeWritten ? FailureClass.Unknown : FailureClass.Transient,
        "Local_MsgTimedOut", "timed out", maybeWritten);

    /// <summary>A visit's failure after one attempt.</summary>
    public static DeadLetter LetterAt(DateTimeOffset at, bool maybeWritten = false, string payload = "{}") => new(
        Key, new EventId("e1"), "MESSAGE", Encoding.UTF8.GetBytes(payload), "hobom.messages", "e1",
        [new RecordHeader("event-id", "e1")], DeadLetter.PublishStage, FailureClass.Transient, "timed out",
        [AttemptAt(at, maybeWritten)], at);

    public static DeadLetter RefusedAt(DateTimeOffset at, string reason, string raw = "{}") => DeadLetter.Of(
        new Refusal(new EventId("e1"), Key, Encoding.UTF8.GetBytes(raw), reason), "MESSAGE", "hobom.messages", at);
}
