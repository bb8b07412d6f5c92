namespace Hobom.Slices.Streams;

/// <summary><c>chat</c> <c>message_complete</c>: what was answered, by user and by day.</summary>
public static class MessageCompleteHandler
{
    public static EntryHandler Handler { get; } = EntryHandler.OfUser("chat", "message_complete", (dated, user) =>
        Fields.Name(dated.Entry, Fields.JobId).Map(job => Changes.Of(
        [
            new StateChange.Add(StateKey.UserStats(user), "message_count", 1),
            new StateChange.Add(StateKey.DailyStats(dated.Day), "total_messages", 1),
            .. JobState.Reached("chat", "completed_at", dated, user, job),
        ])));
}
