using Confluent.Kafka;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>
/// Looks into a topic for records that may have been written although no acknowledgement came. It reads what
/// was there when it was asked; a record that reaches the broker later is not seen.
/// </summary>
/// <param name="silence">
/// A question has failed when nothing came for so long. As a whole it has no limit: a topic may have grown for hours since the event, and
/// a search that begins anew each time would never end.
/// </param>
public sealed class PublishedLookup(KafkaSettings settings, ILogger<PublishedLookup> log, TimeSpan silence, TimeProvider clock)
{
    public static readonly TimeSpan DefaultSilence = TimeSpan.FromSeconds(30);

    /// <summary>A record's time is the producer's or the broker's, and clocks differ.</summary>
    static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(1);

    /// <summary>The asked events that have a record; none where the topic does not exist. No consumer group is touched.</summary>
    public Task<Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>>> FindWrittenAsync(
        string topic, DateTimeOffset since, IReadOnlyCollection<EventId> ids, CancellationToken stopping)
    {
        if (ids.Count == 0)
            return Task.FromResult<Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>>>(
                new Dictionary<EventId, RecordPosition>());
        return Task.Factory.StartNew(
            () => Find(topic, since, ids, stopping), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>> Find(
        string topic, DateTimeOffset since, IReadOnlyCollection<EventId> ids, CancellationToken stopping)
    {
        using var limit = new SilenceLimit(silence, clock, stopping);
        try
        {
            using var consumer = new ConsumerBuilder<Ignore, Ignore>(KafkaClientProperties.ForReader(settings))
                .SetErrorHandler((_, error) => log.LogDebug(LogEvents.Named("kafka.client"), "{Code}: {Reason}", error.Code, error.Reason))
                .SetLogHandler((_, line) => log.LogDebug(LogEvents.Named("kafka.client"),
                    "librdkafka {Facility}: {Message}", line.Facility, line.Message))
                .Build();
            var range = TopicRange.Find(consumer, topic, since - ClockMargin, Remaining);
            return new TopicSearch(consumer, range, ids).Run(limit);
        }
        catch (OperationCanceledException)
        {
            return new StoreFailure(stopping.IsCancellationRequested
                ? $"reading {topic} back was stopped"
                : $"{topic} was read back, and nothing came for {Durations.Format(silence)}");
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return new StoreFailure($"{topic} could not be read back: {e.Message}");
        }

        TimeSpan Remaining()
        {
            limit.Token.ThrowIfCancellationRequested();
            return limit.Left > TimeSpan.Zero ? limit.Left : throw new OperationCanceledException();
        }
    }
}
