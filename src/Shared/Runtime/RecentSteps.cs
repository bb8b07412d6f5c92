namespace Hobom.Slices.Runtime;

/// <summary>What happened in each of the last steps of time; older ones are forgotten. Not safe for two callers at a time.</summary>
public sealed class RecentSteps<T>(HistorySpan span)
    where T : class
{
    readonly Dictionary<long, T> seen = [];

    /// <summary>An hour by the minute.</summary>
    public static RecentSteps<T> Hour() => new(HistorySpan.Hour);

    /// <summary>A day by half hours.</summary>
    public static RecentSteps<T> Day() => new(HistorySpan.Day);

    /// <param name="add">Makes the step's value from what it was; null: nothing is known of it yet.</param>
    public void Put(DateTimeOffset at, Func<T?, T> add)
    {
        var now = StepOf(at);
        if (seen.TryGetValue(now, out var known))
        {
            seen[now] = add(known);
            return;
        }

        foreach (var old in seen.Keys.Where(s => s <= now - span.Count).ToArray()) seen.Remove(old);
        seen[now] = add(null);
    }

    /// <summary>The oldest first; the step under way is the last.</summary>
    /// <param name="unseen">Of a step in which nothing was put, by its end.</param>
    public IReadOnlyList<T?> At(DateTimeOffset now, Func<DateTimeOffset, T?> unseen)
    {
        var first = StepOf(now) - span.Count + 1;
        return [.. Enumerable.Range(0, span.Count).Select(n => seen.GetValueOrDefault(first + n) ?? unseen(EndOf(first + n)))];
    }

    long StepOf(DateTimeOffset at) => at.UtcTicks / span.Step.Ticks;

    DateTimeOffset EndOf(long n) => new((n + 1) * span.Step.Ticks, TimeSpan.Zero);
}
