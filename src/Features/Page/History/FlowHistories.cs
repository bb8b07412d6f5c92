using Hobom.Slices.Runtime;

namespace Hobom.Slices.Page.History;

/// <summary>A flow's last hour by the minute, and its last day by half hours.</summary>
public sealed record NamedHistory(string Name, FlowPast Hour, FlowPast Day);

/// <summary>The last hour and the last day of every flow, in memory: a restart forgets them.</summary>
public sealed class FlowHistories(IReadOnlyList<Slice> slices, TimeProvider clock)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    readonly Lock gate = new();
    readonly Dictionary<string, (FlowHistory Hour, FlowHistory Day)> byName =
        slices.ToDictionary(s => s.Name, _ => (FlowHistory.Hour(), FlowHistory.Day()), StringComparer.Ordinal);

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

    internal void Look()
    {
        lock (gate)
        {
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
