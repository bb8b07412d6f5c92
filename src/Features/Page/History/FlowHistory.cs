using Hobom.Slices.Runtime;

namespace Hobom.Slices.Page.History;

/// <summary>What a flow had counted when it was looked at.</summary>
/// <param name="Delivered">Since the start.</param>
/// <param name="DeadLettered">Since the start.</param>
/// <param name="LeftPending">By the last visit.</param>
public sealed record FlowSample(long Delivered, long DeadLettered, int LeftPending);

/// <summary>A stretch of a flow's past by steps, the oldest first. A step that nobody saw is null.</summary>
public sealed record FlowPast(IReadOnlyList<long?> Delivered, IReadOnlyList<long?> DeadLettered, IReadOnlyList<int?> LeftPending);

/// <summary>Counts by steps what running totals tell, as far back as it is asked for. Not safe for two callers at a time.</summary>
public sealed class FlowHistory(RecentSteps<FlowSample> steps)
{
    FlowSample? last;

    public static FlowHistory Hour() => new(RecentSteps<FlowSample>.Hour());

    public static FlowHistory Day() => new(RecentSteps<FlowSample>.Day());

    /// <summary>Of two looks in one step the counts add up, and what was left pending is the later look's.</summary>
    public void Add(DateTimeOffset at, FlowSample sample)
    {
        var before = last ?? sample;
        steps.Put(at, known => new FlowSample(
            (known?.Delivered ?? 0) + Math.Max(0, sample.Delivered - before.Delivered),
            (known?.DeadLettered ?? 0) + Math.Max(0, sample.DeadLettered - before.DeadLettered), sample.LeftPending));
        last = sample;
    }

    /// <summary>The step under way is the last.</summary>
    public FlowPast At(DateTimeOffset now)
    {
        var seen = steps.At(now, _ => null);
        return new FlowPast(
            [.. seen.Select(s => s?.Delivered)], [.. seen.Select(s => s?.DeadLettered)], [.. seen.Select(s => s?.LeftPending)]);
    }
}
