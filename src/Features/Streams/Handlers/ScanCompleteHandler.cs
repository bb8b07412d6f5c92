namespace Hobom.Slices.Streams;

/// <summary><c>scan</c> <c>scan_complete</c>: scans that came to their end, by user and by day.</summary>
public static class ScanCompleteHandler
{
    public static EntryHandler Handler { get; } = EntryHandler.OfUser("scan", "scan_complete", (dated, user) =>
        Fields.OptionalName(dated.Entry, Fields.JobId).Map(job => Changes.Of(
        [
            new StateChange.Add(StateKey.UserStats(user), "scan_count", 1),
            new StateChange.Add(StateKey.DailyStats(dated.Day), "total_scans", 1),
            .. JobState.Reached("scan", "completed_at", dated, user, job),
        ])));
}
