using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>
/// The producer in use. One that failed for good is replaced, but only so often: a fault that returns at once
/// must not turn into a storm of connections. Not safe for concurrent use.
/// </summary>
sealed class ProducerPool(Func<ProducerInstance> build, KafkaConnectionLog log, TimeProvider clock)
{
    public const int RebuildLimit = 5;

    public static readonly TimeSpan RebuildWindow = TimeSpan.FromMinutes(1);

    readonly Queue<long> rebuilds = new();
    readonly List<Task> retiring = [];
    ProducerInstance current = build();
    bool isPaused;

    /// <summary>A producer that works as far as anybody knows.</summary>
    public Either<PublishFailure, ProducerInstance> Current()
    {
        if (!current.IsFatal) return current;
        while (rebuilds.TryPeek(out var oldest) && clock.GetElapsedTime(oldest) >= RebuildWindow) rebuilds.Dequeue();
        if (rebuilds.Count >= RebuildLimit) return Paused();
        isPaused = false;
        rebuilds.Enqueue(clock.GetTimestamp());
        return Replace();
    }

    /// <summary>Ends every producer there was; bounded in time.</summary>
    public Task RetireAll()
    {
        Retire(current);
        return Task.WhenAll(retiring);
    }

    Either<PublishFailure, ProducerInstance> Replace()
    {
        try
        {
            var next = build();
            Retire(current);
            current = next;
            return current;
        }
        catch (Exception e)
        {
            return new PublishFailure.Stopping(
                "Local_Fatal", $"the producer failed and no other could be made: {e.Message}", FaultScope.Process);
        }
    }

    PublishFailure.Stopping Paused()
    {
        if (!isPaused) log.RebuildLimitReached(RebuildLimit, RebuildWindow);
        isPaused = true;
        var scope = current.Fatal is { } fatal && KafkaErrors.Of(fatal.Code).Scope is var known && known.IsOutage()
            ? known
            : FaultScope.Process;
        return new PublishFailure.Stopping(
            "Local_Fatal", $"the producer failed too often; publishing pauses for a while: {current.Fatal?.Reason}", scope);
    }

    // Flushing blocks, and a callback of the client may be what is running now.
    void Retire(ProducerInstance generation)
    {
        retiring.RemoveAll(task => task.IsCompleted);
        retiring.Add(Task.Factory.StartNew(
            generation.Retire, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }
}
