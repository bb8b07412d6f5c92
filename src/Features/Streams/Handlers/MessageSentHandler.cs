namespace Hobom.Slices.Streams;

/// <summary><c>chat</c> <c>message_sent</c>: what users have asked, and when the job began where one is named.</summary>
public static class MessageSentHandler
{
    public static EntryHandler Handler { get; } = EntryHandler.OfUser("chat", "message_sent", (dated, user) =>
        Fields.OptionalName(dated.Entry, Fields.JobId).Map(job => Changes.Of(
        [
            new StateChange.Add(StateKey.UserStats(user), "sent_count", 1),
            new StateChange.Add(StateKey.DailyStats(dated.Day), "total_sent", 1),
            .. JobState.Reached("chat", "sent_at", dated, user, job),
        ])));
}
