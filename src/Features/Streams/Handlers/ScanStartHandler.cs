namespace Hobom.Slices.Streams;

/// <summary><c>scan</c> <c>scan_start</c>: scans begun, by user and by day.</summary>
public static class ScanStartHandler
{
    public static EntryHandler Handler { get; } = EntryHandler.OfUser("scan", "scan_start", (dated, user) =>
        Fields.OptionalName(dated.Entry, Fields.JobId).Map(job => Changes.Of(
        [
            new StateChange.Add(StateKey.UserStats(user), "scan_started_count", 1),
            new StateChange.Add(StateKey.DailyStats(dated.Day), "total_scans_started", 1),
            .. JobState.Reached("scan", "started_at", dated, user, job),
        ])));
}
