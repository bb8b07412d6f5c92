using Hobom.Slices.Protos.Outbox.Message;

namespace Hobom.Slices.Sandbox.Feed;

/// <summary>Mails and pushes. One in twenty is bad: what no relay can deliver, or a type that the consumers do not take.</summary>
public static class SampleMessages
{
    private const int BadEvery = 20;

    /// <summary>Of every <see cref="BadEvery"/> messages this one is bad: early, so that a short run shows one.</summary>
    private const int BadTurn = 6;

    /// <summary>Characters of three bytes each: more than a broker takes in one record (about 1 MB).</summary>
    private const int TooLargeLength = 400_000;

    private static readonly string[] s_titles =
    [
        "오늘 저녁 메뉴를 골라 주세요 🍜", "Your weekly summary", "할 일 3개가 남았어요", "New sign-in to your account",
        "호봄이 새 글을 남겼어요", "Reminder: rent is due tomorrow", "[공지] 서비스 점검 안내 (03:00~04:00)",
    ];

    private static readonly string[] s_bodies =
    [
        "안녕하세요, 오늘의 추천 메뉴는 김치찌개입니다.\n맛있게 드세요!", "3 pages changed, 2 comments, 1 mention.",
        "마감이 오늘까지인 할 일이 있습니다.", "If this was you, there is nothing to do.", "지금 바로 확인해 보세요 👉",
    ];

    private static readonly string[] s_recipients =
        ["minji.kim@example.com", "jihoon@example.org", "ops-team@example.com", "sora.lee+hobom@example.net"];

    /// <param name="n">Counts messages from 0; the same number gives the same text.</param>
    /// <returns>Null is a row without a payload.</returns>
    public static MessagePayload? Message(long n) => n % BadEvery == BadTurn ? Spoilt(Good(n), n / BadEvery) : Good(n);

    public static MessagePayload Good(long n) =>
        new()
        {
            Id = $"msg-{n:D6}",
            Title = s_titles[n % s_titles.Length],
            Body = s_bodies[n % s_bodies.Length],
            Recipient = s_recipients[n % s_recipients.Length],
            SenderId = n % 4 == 0 ? "" : $"user-{n % 13}",
            Type = n % 3 == 0 ? "PUSH_MESSAGE" : "MAIL_MESSAGE",
        };

    // A body of a megabyte is rare: its dead letter stays in Redis for days.
    private static MessagePayload? Spoilt(MessagePayload message, long n)
    {
        switch (n % 8)
        {
            case 1: return null;
            case 2: message.Body = new string('가', TooLargeLength); break;
            case 3 or 6: message.Type = "CARRIER_PIGEON"; break;
            default: message.Recipient = ""; break;
        }

        return message;
    }
}
