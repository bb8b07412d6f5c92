using Confluent.Kafka;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>
/// Publishes records and reports what became of each. An attempt lasts at most the delivery time-out; only the
/// client's own clock ends it, because nothing else could also take the record out of the client's queue.
/// </summary>
public sealed class KafkaPublisher : IAsyncDisposable
{
    static readonly TimeSpan RoomPollInterval = TimeSpan.FromMilliseconds(5);

    readonly SemaphoreSlim turn = new(1, 1);
    readonly CancellationTokenSource stopping = new();
    readonly TimeSpan roomLimit;
    readonly TimeProvider clock;
    readonly Dictionary<int, ProducerPool> producers = [];
    readonly Func<int, ProducerPool> newProducers;
    readonly BatchSizes batches;
    readonly KafkaTopicLimits limits;
    readonly KafkaAdmin? own;
    readonly Lazy<Task> ended;

    /// <param name="admin">Whom to ask about topics; outlives this. Null: a connection of its own.</param>
    /// <exception cref="KafkaException">
    /// The client does not take the settings, which <see cref="KafkaSettingsCheck"/> tells first.
    /// </exception>
    public KafkaPublisher(
        KafkaSettings settings, ILogger<KafkaPublisher> logger, TimeProvider clock, KafkaMeter? meter = null, KafkaAdmin? admin = null)
    {
        (roomLimit, this.clock) = (settings.DeliveryTimeout, clock);
        var log = new KafkaConnectionLog(logger);
        batches = BatchSizes.For(settings, clock);
        own = admin is null ? new KafkaAdmin(settings) : null;
        limits = new KafkaTopicLimits(admin ?? own!, clock);
        newProducers = batchBytes => new ProducerPool(
            () => new ProducerInstance(settings, batchBytes == batches.Usual ? null : batchBytes, log, meter), log, clock);
        producers[batches.Usual] = newProducers(batches.Usual);
        ended = new Lazy<Task>(EndAsync);
    }

    public Task<Either<PublishFailure, RecordPosition>> PublishAsync(Delivery delivery, bool possibleDuplicate) =>
        PublishAsync(delivery, possibleDuplicate, () => null);

    /// <summary>
    /// Completes with the broker's acknowledgement or with the reason why there was none. Records are handed over
    /// in the order of the calls. Where the client's queue is full the call waits for room first, for as long as
    /// an attempt may last.
    /// </summary>
    /// <param name="guard">Asked when it is this record's turn: why it may not be handed over now, or null.</param>
    public async Task<Either<PublishFailure, RecordPosition>> PublishAsync(
        Delivery delivery, bool possibleDuplicate, Func<PublishFailure?> guard)
    {
        using var activity = PublishTrace.Start(delivery.Topic);
        var record = KafkaRecord.Of(delivery, possibleDuplicate, PublishTrace.TraceParent(activity, delivery));
        var outcome = await SendAsync(delivery, record, guard);
        outcome.IfLeft(failure => PublishTrace.NoteFailure(activity, failure));
        return outcome;
    }

    /// <summary>The topic's own limit of a record, where Kafka tells it.</summary>
    public Task<int?> TopicByteLimitAsync(string topic) => limits.OfAsync(topic);

    /// <summary>Waits up to five seconds for reports; afterwards every call of PublishAsync has completed or is about to.</summary>
    public ValueTask DisposeAsync() => new(ended.Value);

    async Task EndAsync()
    {
        await stopping.CancelAsync();
        await turn.WaitAsync();
        turn.Release();
        await Task.WhenAll(producers.Values.Select(p => p.RetireAll()));
        own?.Dispose();
    }

    /// <summary>Only for who has the turn.</summary>
    ProducerPool ProducersFor(int batchBytes)
    {
        if (!producers.TryGetValue(batchBytes, out var found)) producers[batchBytes] = found = newProducers(batchBytes);
        return found;
    }

    /// <summary>
    /// A record that was refused with its batch may be so by the company alone: one that was too large goes again in a
    /// smaller batch, at last alone; one that was invalid goes alone at once, for only then does the client hand on what the
    /// broker says of it.
    /// </summary>
    async Task<Either<PublishFailure, RecordPosition>> SendAsync(
        Delivery delivery, Message<byte[], byte[]> record, Func<PublishFailure?> guard)
    {
        var alone = false;
        while (true)
        {
            var batchBytes = alone ? BatchSizes.Single : batches.Of(delivery.Topic);
            var flight = new TaskCompletionSource<Either<PublishFailure, RecordPosition>>(
                TaskCreationOptions.RunContinuationsAsynchronously);
            if (await HandOverInTurn(delivery.Topic, record, batchBytes, flight, guard) is { } refused)
                return TellSize(refused, delivery, null);
            var outcome = await flight.Task;
            if (outcome.TryGetRight(out _, out var failure)) return outcome;
            if (KafkaFailures.MayBeOfTheBatch(failure) && batchBytes != BatchSizes.Single)
            {
                alone = true;
                continue;
            }

            if (failure is not PublishFailure.TooLarge) return outcome;
            var limit = await limits.AfterRefusalAsync(delivery.Topic);
            if (delivery.Value.Length >= batchBytes || batchBytes == BatchSizes.Single) return TellSize(failure, delivery, limit);
            batches.NoteRefused(delivery.Topic, batchBytes, limit);
        }
    }

    /// <summary>Null when the client has taken the record. Those who wait for room wait in line, which keeps the order.</summary>
    async Task<PublishFailure?> HandOverInTurn(
        string topic, Message<byte[], byte[]> record, int batchBytes, TaskCompletionSource<Either<PublishFailure, RecordPosition>> flight,
        Func<PublishFailure?> guard)
    {
        var begun = clock.GetTimestamp();
        if (!await WaitForTurnAsync()) return NoRoom();
        try
        {
            while (true)
            {
                if (stopping.IsCancellationRequested) return Ended();
                if (!ProducersFor(batchBytes).Current().TryGetRight(out var producer, out var paused)) return paused;
                if (guard() is { } blocked) return blocked;
                if (producer.TryProduce(topic, record, flight) is not { } error) return null;
                // It never took the record: its successor may.
                if (producer.IsFatal) continue;
                if (error.Code != ErrorCode.Local_QueueFull)
                    return KafkaFailures.Of(error, PersistenceStatus.NotPersisted, producerIsFatal: false);
                if (clock.GetElapsedTime(begun) >= roomLimit) return NoRoom();
                await Task.Delay(RoomPollInterval, clock);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    async Task<bool> WaitForTurnAsync()
    {
        if (turn.Wait(0)) return true;
        using var limit = new CancellationTokenSource(roomLimit, clock);
        try
        {
            await turn.WaitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    static PublishFailure.Stopping Ended() => new(nameof(ErrorCode.Local_Destroy), "this process is stopping");

    /// <summary>Neither the client nor the broker says how large the record was that they found too large.</summary>
    static PublishFailure TellSize(PublishFailure failure, Delivery delivery, int? limit) =>
        failure is PublishFailure.TooLarge
            ? failure with
            {
                Message = $"{failure.Message}: the value has {delivery.Value.Length} bytes"
                    + (limit is { } bytes ? $", and topic {delivery.Topic} takes {bytes} in a record (max.message.bytes)" : ""),
            }
            : failure;

    // Not an attempt: the record was never handed over, and the next visit brings it again.
    static PublishFailure.Stopping NoRoom() =>
        new(nameof(ErrorCode.Local_QueueFull), "the producer's queue stayed full for as long as an attempt may last");
}
