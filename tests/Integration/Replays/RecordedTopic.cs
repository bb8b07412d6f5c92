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

    public Task<Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>>> FindAsync(IReadOnlyCollection<EventId> ids)
    {
        IReadOnlyDictionary<EventId, RecordPosition> found = records.Select((r, n) => (r.Events[0].Id, At: new RecordPosition(0, n)))
            .Where(f => ids.Contains(f.Id)).DistinctBy(f => f.Id).ToDictionary(f => f.Id, f => f.At);
        return Task.FromResult(Prelude.Right<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>>(found));
    }
}
