using System.Collections.Concurrent;

namespace Hobom.Slices.Broker.Processing;

/// <summary>What this process did since it started, for statistics.</summary>
public sealed class BrokerCounters
{
    readonly ConcurrentDictionary<(string Consumer, string Outcome), long> tries = new();
    long published;

    public long Published => Interlocked.Read(ref published);

    public IReadOnlyDictionary<(string Consumer, string Outcome), long> Tries => tries;

    public void CountPublished(int events) => Interlocked.Add(ref published, events);

    public void CountTry(string consumer, string outcome) => tries.AddOrUpdate((consumer, outcome), 1, (_, count) => count + 1);
}
