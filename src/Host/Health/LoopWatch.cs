using System.Collections.Concurrent;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Host.Health;

/// <summary>Whether the process's loops run: one that has ended by itself does not come back without a restart.</summary>
sealed class LoopWatch(ILogger log)
{
    /// <summary>A machine may be slow, and a process may have been frozen.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, bool> ended = new(StringComparer.Ordinal);
    readonly List<Slice> pollers = [];

    /// <summary>What is wrong, a sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Faults() =>
    [
        .. ended.Keys.Order(StringComparer.Ordinal).Select(name => $"the loop '{name}' has ended"),
        .. pollers.Where(p => !p.Loop.IsAlive(Grace) && !ended.ContainsKey(p.Name)).Select(p => $"the loop '{p.Name}' does not go on"),
    ];

    /// <summary>Follows the visits of these too: a wait that does not end is as good as an end.</summary>
    public void Follow(IReadOnlyList<Slice> slices) => pollers.AddRange(slices);

    /// <summary>Waits for a loop's end. Where nobody asked for it, it is told, and the process goes on with the others.</summary>
    public async Task RunAsync(string name, Task loop, CancellationToken stopping)
    {
        try
        {
            await loop;
        }
        catch (Exception bug)
        {
            log.LogError(bug, "the loop '{Loop}' failed unexpectedly; only a restart brings it back", name);
        }

        if (!stopping.IsCancellationRequested) ended[name] = true;
    }
}
