using System.Collections.Concurrent;
using Confluent.Kafka;
using Hobom.Slices.Core;
using Outcome = LanguageExt.Either<Hobom.Slices.Core.PublishFailure, Hobom.Slices.Core.RecordPosition>;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>One producer of the client, from its birth to its end, and every record that it has not reported on.</summary>
sealed class ProducerInstance
{
    /// <summary>How long the end of a producer waits for reports.</summary>
    public static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<TaskCompletionSource<Outcome>, bool> unreported = new();
    readonly IProducer<byte[], byte[]> producer;
    readonly KafkaConnectionLog log;
    volatile Error? fatal;

    /// <exception cref="KafkaException">The client cannot be made; or another of its exceptions.</exception>
    public ProducerInstance(KafkaSettings settings, int? batchBytes, KafkaConnectionLog log)
    {
        this.log = log;
        producer = new ProducerBuilder<byte[], byte[]>(KafkaClientProperties.ForProducer(settings, batchBytes))
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler((_, line) => log.Client(line))
            .Build();
    }

    /// <summary>The client said that it will never produce again: nothing more may be handed to this producer.</summary>
    public bool IsFatal => fatal is not null;

    /// <summary>Why; null while it works.</summary>
    public Error? Fatal => fatal;

    /// <summary>Hands the record over, or says why the client would not take it. Never waits.</summary>
    public Error? TryProduce(string topic, Message<byte[], byte[]> record, TaskCompletionSource<Outcome> flight)
    {
        unreported.TryAdd(flight, true);
        try
        {
            producer.Produce(topic, record, report => OnReport(report, flight));
            return null;
        }
        catch (KafkaException e)
        {
            unreported.TryRemove(flight, out _);
            if (e.Error.IsFatal) OnError(e.Error);
            return e.Error;
        }
    }

    /// <summary>
    /// Ends the producer within a bounded time. What it never reported on ends as unknown: a record that it
    /// still held may be on its way to the broker.
    /// </summary>
    public void Retire()
    {
        producer.Flush(FlushLimit);
        producer.Dispose();
        foreach (var flight in unreported.Keys)
        {
            flight.TrySetResult(new PublishFailure.Unknown(
                nameof(ErrorCode.Local_Destroy), "the producer ended before it reported on the record"));
        }
    }

    void OnReport(DeliveryReport<byte[], byte[]> report, TaskCompletionSource<Outcome> flight)
    {
        unreported.TryRemove(flight, out _);
        if (report.Error.IsError)
        {
            flight.TrySetResult(KafkaFailures.Of(report.Error, report.Status, IsFatal));
            return;
        }

        log.Answered();
        flight.TrySetResult(new RecordPosition(report.Partition.Value, report.Offset.Value));
    }

    void OnError(Error error)
    {
        if (!error.IsFatal)
        {
            log.Problem(error);
            return;
        }

        if (IsFatal) return;
        fatal = error;
        log.Fatal(error.Code.ToString(), error.Reason);
    }
}
