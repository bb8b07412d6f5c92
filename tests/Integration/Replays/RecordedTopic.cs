using System.Collections.Concurrent;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Tests.Integration.Replays;

/// <summary>A topic that outlives the processes that write to it, as Kafka does.</summary>
public sealed class RecordedTopic
{
    readonly ConcurrentQueue<Delivery> records = new();

    public IReadOnlyList<Delivery> Records => [.. records];

    /// <summary>Records beyond the first of each event.</summary>
    public int Doubles => records.Count - records.Select(r => r.Events[0].Id).Distinct().Count();

    public void Append(Delivery delivery) => records.Enqueue(delivery);

    public Task<Either<StoreFailure, IReadOnlySet<EventId>>> FindAsync(IReadOnlyCollection<EventId> ids)
    {
        IReadOnlySet<EventId> found = records.Select(r => r.Events[0].Id).Where(ids.Contains).ToHashSet();
        return Task.FromResult(Prelude.Right<StoreFailure, IReadOnlySet<EventId>>(found));
    }
}
