namespace Hobom.Slices.Runtime;

/// <summary>A stretch of the past by steps.</summary>
/// <param name="Name">As routes have it.</param>
public sealed record HistorySpan(string Name, TimeSpan Step, int Count)
{
    public static readonly HistorySpan Hour = new("1h", TimeSpan.FromMinutes(1), 60);

    public static readonly HistorySpan Day = new("24h", TimeSpan.FromMinutes(30), 48);

    public static readonly HistorySpan ThreeDays = new("72h", TimeSpan.FromMinutes(90), 48);

    public static IReadOnlyList<HistorySpan> All { get; } = [Hour, Day, ThreeDays];

    /// <summary>When the step under way is over.</summary>
    public DateTimeOffset EndAt(DateTimeOffset now) => new((now.UtcTicks / Step.Ticks + 1) * Step.Ticks, TimeSpan.Zero);
}

/// <summary>The same by steps of each <see cref="HistorySpan"/>. Not safe for two callers at a time.</summary>
public sealed class RecentSpans<T>
    where T : class
{
    readonly Dictionary<HistorySpan, RecentSteps<T>> spans =
        HistorySpan.All.ToDictionary(s => s, s => new RecentSteps<T>(s));

    /// <param name="add">Makes a step's value from what it was; null: nothing is known of it yet.</param>
    public void Put(DateTimeOffset at, Func<T?, T> add)
    {
        foreach (var steps in spans.Values) steps.Put(at, add);
    }

    /// <summary>The oldest first; the step under way is the last. Null for a step in which nothing was put.</summary>
    public IReadOnlyList<T?> At(HistorySpan span, DateTimeOffset now) => spans[span].At(now, _ => null);
}
