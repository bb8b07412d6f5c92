using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Page.History;

/// <summary>A flow's last hour by the minute, and its last day by half hours.</summary>
public sealed record NamedHistory(string Name, FlowPast Hour, FlowPast Day);

/// <summary>How long a flow's publishes took, by steps, the oldest first. A step that nobody saw is null in all three.</summary>
/// <param name="P50Ms">Half of them took no longer; null too where nothing was published.</param>
public sealed record NamedTimes(string Name, IReadOnlyList<long?> Published, IReadOnlyList<double?> P50Ms, IReadOnlyList<double?> P99Ms);

/// <summary>
/// The last hour and the last day of every flow, and for three days how long its publishes took; in memory: a restart forgets them.
/// </summary>
public sealed class FlowHistories(IReadOnlyList<Slice> slices, TimeProvider clock)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    readonly Lock gate = new();
    readonly Dictionary<string, (FlowHistory Hour, FlowHistory Day)> byName =
        slices.ToDictionary(s => s.Name, _ => (FlowHistory.Hour(), FlowHistory.Day()), StringComparer.Ordinal);

    readonly Dictionary<string, (PublishTimes Times, RecentSpans<long[]> Past)> timesByName = slices
        .Where(s => s.Work.PublishTimes is not null)
        .ToDictionary(s => s.Name, s => (s.Work.PublishTimes!, new RecentSpans<long[]>()), StringComparer.Ordinal);

    readonly Dictionary<string, long[]> lastTimes = new(StringComparer.Ordinal);

    /// <summary>Nothing is known of what was before.</summary>
    public DateTimeOffset Since { get; } = clock.GetUtcNow();

    public async Task FollowAsync(CancellationToken stopping)
    {
        do
        {
            Look();
        }
        while (await Delays.WaitAsync(LookInterval, clock, stopping));
    }

    public IReadOnlyList<NamedHistory> Now()
    {
        var now = clock.GetUtcNow();
        lock (gate) return [.. slices.Select(s => new NamedHistory(s.Name, byName[s.Name].Hour.At(now), byName[s.Name].Day.At(now)))];
    }

    /// <summary>Of the flows that end in Kafka.</summary>
    public IReadOnlyList<NamedTimes> Times(HistorySpan span)
    {
        var now = clock.GetUtcNow();
        lock (gate) return [.. timesByName.Select(t => TimesOf(t.Key, t.Value.Past.At(span, now)))];
    }

    static NamedTimes TimesOf(string name, IReadOnlyList<long[]?> steps) => new(
        name, [.. steps.Select(s => s?.Sum())], [.. steps.Select(s => s is null ? null : PublishTimes.QuantileMs(s, 0.5))],
        [.. steps.Select(s => s is null ? null : PublishTimes.QuantileMs(s, 0.99))]);

    void LookAtTimes()
    {
        foreach (var (name, (times, past)) in timesByName)
        {
            var seen = times.Look();
            var before = lastTimes.GetValueOrDefault(name) ?? seen;
            past.Put(clock.GetUtcNow(), known => [.. seen.Select((count, n) => (known?[n] ?? 0) + count - before[n])]);
            lastTimes[name] = seen;
        }
    }

    internal void Look()
    {
        lock (gate)
        {
            LookAtTimes();
            foreach (var slice in slices)
            {
                var status = slice.Loop.Status;
                var sample = new FlowSample(status.Delivered, status.DeadLettered, status.LastVisit?.LeftPending ?? 0);
                var now = clock.GetUtcNow();
                byName[slice.Name].Hour.Add(now, sample);
                byName[slice.Name].Day.Add(now, sample);
            }
        }
    }
}
