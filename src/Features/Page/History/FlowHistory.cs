namespace Hobom.Slices.Page.History;

/// <summary>What a flow had counted when it was looked at.</summary>
/// <param name="Delivered">Since the start.</param>
/// <param name="DeadLettered">Since the start.</param>
/// <param name="LeftPending">By the last visit.</param>
public sealed record FlowSample(long Delivered, long DeadLettered, int LeftPending);

/// <summary>A stretch of a flow's past by steps, the oldest first. A step that nobody saw is null.</summary>
public sealed record FlowPast(IReadOnlyList<long?> Delivered, IReadOnlyList<long?> DeadLettered, IReadOnlyList<int?> LeftPending);

/// <summary>Counts by steps what running totals tell, as far back as it is asked for. Not safe for two callers at a time.</summary>
/// <param name="count">Steps that are kept.</param>
public sealed class FlowHistory(TimeSpan step, int count)
{
    readonly Dictionary<long, FlowSample> steps = [];
    FlowSample? last;

    /// <summary>An hour by the minute.</summary>
    public static FlowHistory Hour() => new(TimeSpan.FromMinutes(1), 60);

    /// <summary>A day by half hours.</summary>
    public static FlowHistory Day() => new(TimeSpan.FromMinutes(30), 48);

    /// <summary>Of two looks in one step the counts add up, and what was left pending is the later look's.</summary>
    public void Add(DateTimeOffset at, FlowSample sample)
    {
        var now = StepOf(at);
        var before = last ?? sample;
        var known = steps.GetValueOrDefault(now) ?? new FlowSample(0, 0, 0);
        steps[now] = new FlowSample(
            known.Delivered + Math.Max(0, sample.Delivered - before.Delivered),
            known.DeadLettered + Math.Max(0, sample.DeadLettered - before.DeadLettered), sample.LeftPending);
        last = sample;
        foreach (var old in steps.Keys.Where(s => s <= now - count).ToArray()) steps.Remove(old);
    }

    /// <summary>The step under way is the last.</summary>
    public FlowPast At(DateTimeOffset now)
    {
        FlowSample?[] seen = [.. Enumerable.Range(0, count).Select(n => steps.GetValueOrDefault(StepOf(now) - count + 1 + n))];
        return new FlowPast(
            [.. seen.Select(s => s?.Delivered)], [.. seen.Select(s => s?.DeadLettered)], [.. seen.Select(s => s?.LeftPending)]);
    }

    long StepOf(DateTimeOffset at) => at.UtcTicks / step.Ticks;
}
