using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Broker.Processing;

/// <summary>What a look at the store found.</summary>
/// <param name="Failure">Why there was nothing to be found.</param>
/// <param name="Troubles">Consumers that somebody should look at, a line each, without what receivers wrote.</param>
public sealed record BrokerSight(StoreFailure? Failure, long Waiting, IReadOnlyList<string> Troubles);

/// <summary>Looks at the store now and then, for readiness and for gauges: who asks for these asks no database.</summary>
public sealed class BrokerWatch(TimeProvider clock)
{
    /// <summary>An event that is due is taken within a turn; one that waits so long waits for somebody.</summary>
    public static readonly TimeSpan StandstillLimit = TimeSpan.FromMinutes(5);

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    readonly Dictionary<string, (long Position, DateTimeOffset Since)> heads = new(StringComparer.Ordinal);

    /// <summary>Null until the first look.</summary>
    public BrokerSight? Last { get; private set; }

    public async Task RunAsync(BrokerStore store, CancellationToken stopping)
    {
        do
        {
            await LookAsync(store, stopping);
        }
        while (await Delays.WaitAsync(Interval, clock, stopping));
    }

    public async Task LookAsync(BrokerStore store, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        if (!(await store.Read.Backlog(now, stopping)).TryGetRight(out var backlog, out var failure)
            || !(await store.Consumers.All(stopping)).TryGetRight(out var consumers, out failure))
        {
            if (!stopping.IsCancellationRequested) Last = new BrokerSight(failure, Last?.Waiting ?? 0, []);
            return;
        }

        Note(backlog, now);
        Last = new BrokerSight(null, backlog.Sum(b => b.Waiting), [.. consumers.Select(c => TroubleOf(c, now)).OfType<string>()]);
    }

    /// <summary>Since when the same event is the first that is due.</summary>
    void Note(IReadOnlyList<ConsumerBacklog> backlog, DateTimeOffset now)
    {
        foreach (var gone in heads.Keys.Except(backlog.Where(b => b.DuePosition is not null).Select(b => b.Consumer)).ToArray())
            heads.Remove(gone);
        foreach (var (consumer, _, _, due) in backlog)
            if (due is { } position && (!heads.TryGetValue(consumer, out var head) || head.Position != position))
                heads[consumer] = (position, now);
    }

    string? TroubleOf(Consumer consumer, DateTimeOffset now) => consumer.State switch
    {
        ConsumerState.Paused => $"consumer {consumer.Name} is paused",
        ConsumerState.Off => $"consumer {consumer.Name} is off",
        ConsumerState.Active when heads.TryGetValue(consumer.Name, out var head) && now - head.Since >= StandstillLimit =>
            $"consumer {consumer.Name} makes no progress: an event that is due waits since {head.Since:u}",
        ConsumerState.Active => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
