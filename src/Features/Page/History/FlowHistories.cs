using Hobom.Slices.Runtime;

namespace Hobom.Slices.Page.History;

/// <summary>The last hour of every flow, in memory: a restart forgets it.</summary>
public sealed class FlowHistories(IReadOnlyList<Slice> slices, TimeProvider clock)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    readonly Lock gate = new();
    readonly Dictionary<string, FlowHistory> byName = slices.ToDictionary(s => s.Name, _ => new FlowHistory(), StringComparer.Ordinal);

    public async Task FollowAsync(CancellationToken stopping)
    {
        do
        {
            Look();
        }
        while (await Delays.WaitAsync(LookInterval, clock, stopping));
    }

    public IReadOnlyList<(string Name, FlowHour Hour)> Now()
    {
        lock (gate) return [.. slices.Select(s => (s.Name, byName[s.Name].At(clock.GetUtcNow())))];
    }

    internal void Look()
    {
        lock (gate)
        {
            foreach (var slice in slices)
            {
                var status = slice.Loop.Status;
                byName[slice.Name].Add(
                    clock.GetUtcNow(), new FlowSample(status.Delivered, status.DeadLettered, status.LastVisit?.LeftPending ?? 0));
            }
        }
    }
}
