using Hobom.Slices.DeadLetters.Catalogue.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>What the description of the API shows, where several routes show the same.</summary>
static class LetterExamples
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    public static readonly ErrorAnswer NotLoaded = new("the letters are still being read from Redis; try again in a moment");

    public static readonly LetterView Letter = new(
        "dlq:menu:0192f0c1", "menu", "0192f0c1", "MESSAGE", "publish", "transient", "Local: Message timed out", "3f1c2d9a70b4e815",
        "open", MaybeWritten: true, 3, 182, Noon, Noon.AddSeconds(1), Noon.AddHours(72), 259_000, Held: false)
    {
        Code = "Local_MsgTimedOut",
        LastAction = new(Noon.AddMinutes(5), "anna", "extend"),
    };

    public static readonly ListDeadLettersEndpoint.LetterList LetterPage =
        new(["dlq:menu:0192f0c1"]) { Letters = [Letter], Next = "1772712001000.ZGxxOm1lbnU6MDE5MmYwYzE", Total = 214 };

    public static readonly object WholeLetter = new GetDeadLetterEndpoint.WholeLetter(
        new { type = "MAIL_MESSAGE", title = "Welcome", recipient = "a@example.org" },
        Letter with
        {
            Topic = "hobom.messages",
            TraceUrl = "https://traces.example/trace/4bf92f3577b34da6a3ce929d0e0e4736",
            RecordKey = "0192f0c1",
            Headers = [new("event-id", "0192f0c1")],
            Attempts = [new(1, Noon, 5000, Core.FailureClass.Unknown, "Local_MsgTimedOut", "Local: Message timed out", MaybeWritten: true)],
            History = [new(Noon.AddMinutes(5), "anna", "hold", "until the mail service is back")],
        });

    public static readonly GroupNote Note = new("the mail service is down until noon; hold these", "anna", Noon.AddMinutes(5));

    public static readonly Tombstone Gone = new(
        "dlq:menu:0192f0c1", "menu", "MESSAGE", "publish", Core.FailureClass.Transient, "Local: Message timed out", LetterEnd.Expired,
        Noon, Noon.AddSeconds(1), Noon.AddHours(72), Noon.AddHours(72), 3, MaybeWritten: true, 182,
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}
