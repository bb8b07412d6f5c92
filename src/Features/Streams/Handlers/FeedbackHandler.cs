namespace Hobom.Slices.Streams;

/// <summary><c>chat</c> <c>feedback</c>: how often, and when last. What it says stays in the stream.</summary>
public static class FeedbackHandler
{
    public static EntryHandler Handler { get; } = EntryHandler.OfUser("chat", "feedback", (dated, user) => Changes.Of(
        new StateChange.Add(StateKey.UserStats(user), "feedback_count", 1),
        new StateChange.Add(StateKey.DailyStats(dated.Day), "total_feedback", 1),
        new StateChange.Raise(StateKey.User(user), "last_feedback", dated.TimeText)));
}
