using Hobom.Slices.Broker.Stores;

namespace Hobom.Slices.Broker.Processing;

/// <summary>The lanes of this process, one for each consumer that there is.</summary>
sealed class Lanes(LanePorts ports)
{
    /// <summary>How long tries that are under way, and what is written of them, may go on once the process stops.</summary>
    static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(20);

    readonly Dictionary<string, ConsumerLane> lanes = new(StringComparer.Ordinal);

    public ConsumerLane Of(string consumer)
    {
        lock (lanes)
        {
            if (lanes.TryGetValue(consumer, out var lane)) return lane;
            return lanes[consumer] = new ConsumerLane(ports, consumer);
        }
    }

    public ConsumerLane[] All()
    {
        lock (lanes) return [.. lanes.Values];
    }

    /// <summary>Of consumers that are gone; what a lane still holds it brings to its end.</summary>
    public void ForgetAllBut(IEnumerable<string> consumers)
    {
        lock (lanes)
        {
            foreach (var gone in lanes.Keys.Except(consumers, StringComparer.Ordinal).Where(c => lanes[c].Held.Count == 0).ToArray())
                lanes.Remove(gone);
        }
    }

    /// <summary>Hands back what was not begun, and waits a while for what was; then it is told to end.</summary>
    /// <param name="changed">Set when a try has ended, or what waited was handed back.</param>
    public async Task StopAsync(Signal changed, CancellationTokenSource hardStop, TimeProvider clock)
    {
        using var over = new CancellationTokenSource(StopGrace, clock);
        foreach (var lane in All()) lane.Close();
        while (All().Any(l => l.Held.Count > 0) && !over.IsCancellationRequested)
        {
            try
            {
                await changed.WaitAsync(over.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }

        if (All().Any(l => l.Held.Count > 0)) hardStop.Cancel();
        while (All().Any(l => l.Held.Count > 0)) await changed.WaitAsync(CancellationToken.None);
    }
}
