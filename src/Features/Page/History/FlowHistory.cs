namespace Hobom.Slices.Page.History;

/// <summary>What a flow had counted when it was looked at.</summary>
/// <param name="Delivered">Since the start.</param>
/// <param name="DeadLettered">Since the start.</param>
/// <param name="LeftPending">By the last visit.</param>
public sealed record FlowSample(long Delivered, long DeadLettered, int LeftPending);

/// <summary>The last hour of a flow by minutes, the oldest first. A minute that nobody saw is null.</summary>
public sealed record FlowHour(IReadOnlyList<long?> Delivered, IReadOnlyList<long?> DeadLettered, IReadOnlyList<int?> LeftPending);

/// <summary>Counts by the minute what running totals tell, for an hour. Not safe for two callers at a time.</summary>
public sealed class FlowHistory
{
    public const int Minutes = 60;

    readonly Dictionary<long, FlowSample> minutes = [];
    FlowSample? last;

    /// <summary>Of two looks in one minute the counts add up, and what was left pending is the later look's.</summary>
    public void Add(DateTimeOffset at, FlowSample sample)
    {
        var minute = MinuteOf(at);
        var before = last ?? sample;
        var known = minutes.GetValueOrDefault(minute) ?? new FlowSample(0, 0, 0);
        minutes[minute] = new FlowSample(
            known.Delivered + Math.Max(0, sample.Delivered - before.Delivered),
            known.DeadLettered + Math.Max(0, sample.DeadLettered - before.DeadLettered), sample.LeftPending);
        last = sample;
        foreach (var old in minutes.Keys.Where(m => m <= minute - Minutes).ToArray()) minutes.Remove(old);
    }

    /// <summary>The minute under way is the last.</summary>
    public FlowHour At(DateTimeOffset now)
    {
        FlowSample?[] seen = [.. Enumerable.Range(0, Minutes).Select(n => minutes.GetValueOrDefault(MinuteOf(now) - Minutes + 1 + n))];
        return new FlowHour(
            [.. seen.Select(s => s?.Delivered)], [.. seen.Select(s => s?.DeadLettered)], [.. seen.Select(s => s?.LeftPending)]);
    }

    static long MinuteOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60;
}
