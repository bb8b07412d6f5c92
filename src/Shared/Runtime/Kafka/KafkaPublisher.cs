using System.Diagnostics;
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
    readonly ProducerSuccession producers;
    readonly Lazy<Task> ended;

    /// <exception cref="KafkaException">The client does not take the settings, which <see cref="KafkaSettingsCheck"/> tells first.</exception>
    public KafkaPublisher(KafkaSettings settings, ILogger<KafkaPublisher> logger, TimeProvider clock)
    {
        roomLimit = settings.DeliveryTimeout;
        var log = new KafkaConnectionLog(logger);
        producers = new ProducerSuccession(() => new ProducerGeneration(settings, log), log, clock);
        ended = new Lazy<Task>(EndAsync);
    }

    public Task<Either<PublishFailure, RecordPosition>> PublishAsync(Delivery delivery, bool possibleDuplicate) =>
        PublishAsync(delivery, possibleDuplicate, () => null);

    /// <summary>
    /// Completes with the broker's acknowledgement or with the reason why there was none. Records are handed over
    /// in the order of the calls. Where the client's queue is full the call waits for room first, for as long as
    /// an attempt may last.
    /// </summary>
    /// <param name="hindrance">Asked when it is this record's turn: why it may not be handed over now, or null.</param>
    public async Task<Either<PublishFailure, RecordPosition>> PublishAsync(
        Delivery delivery, bool possibleDuplicate, Func<PublishFailure?> hindrance)
    {
        using var activity = PublishTrace.Start(delivery.Topic);
        var record = KafkaRecord.Of(delivery, possibleDuplicate, PublishTrace.TraceParent(activity));
        var flight = new TaskCompletionSource<Either<PublishFailure, RecordPosition>>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        var outcome = await HandOverInTurn(delivery.Topic, record, flight, hindrance) is { } refused ? refused : await flight.Task;
        outcome.IfLeft(failure => PublishTrace.NoteFailure(activity, failure));
        return outcome.MapLeft(failure => TellSize(failure, delivery.Value.Length));
    }

    /// <summary>Waits up to five seconds for reports; afterwards every call of PublishAsync has completed or is about to.</summary>
    public ValueTask DisposeAsync() => new(ended.Value);

    async Task EndAsync()
    {
        await stopping.CancelAsync();
        await turn.WaitAsync();
        turn.Release();
        await producers.RetireAll();
    }

    /// <summary>Null when the client has taken the record. Those who wait for room wait in line, which keeps the order.</summary>
    async Task<PublishFailure?> HandOverInTurn(
        string topic, Message<byte[], byte[]> record, TaskCompletionSource<Either<PublishFailure, RecordPosition>> flight,
        Func<PublishFailure?> hindrance)
    {
        var begun = Stopwatch.GetTimestamp();
        if (!turn.Wait(0) && !await turn.WaitAsync(roomLimit)) return NoRoom();
        try
        {
            while (true)
            {
                if (stopping.IsCancellationRequested) return Ended();
                if (!producers.Current().Succeeded(out var producer, out var paused)) return paused;
                if (hindrance() is { } hindered) return hindered;
                if (producer.TryProduce(topic, record, flight) is not { } error) return null;
                // It never took the record: its successor may.
                if (producer.IsFatal) continue;
                if (error.Code != ErrorCode.Local_QueueFull)
                    return KafkaFailures.Of(error, PersistenceStatus.NotPersisted, producerIsFatal: false);
                if (Stopwatch.GetElapsedTime(begun) >= roomLimit) return NoRoom();
                await Task.Delay(RoomPollInterval);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    static PublishFailure.Stopping Ended() => new(nameof(ErrorCode.Local_Destroy), "this process is stopping");

    /// <summary>Neither the client nor the broker says how large the record was that they found too large.</summary>
    static PublishFailure TellSize(PublishFailure failure, int valueBytes) =>
        failure.Code == nameof(ErrorCode.MsgSizeTooLarge)
            ? failure with { Message = $"{failure.Message}: the value has {valueBytes} bytes" }
            : failure;

    // Not an attempt: the record was never handed over, and the next visit brings it again.
    static PublishFailure.Stopping NoRoom() =>
        new(nameof(ErrorCode.Local_QueueFull), "the producer's queue stayed full for as long as an attempt may last");
}
