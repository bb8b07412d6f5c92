using Confluent.Kafka;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>
/// Looks into a topic for records that may have been written although no acknowledgement came. It reads what
/// was there when it was asked; a record that reaches the broker later is not seen.
/// </summary>
/// <param name="timeLimit">For the whole of one question.</param>
public sealed class PublishedLookup(KafkaSettings settings, ILogger<PublishedLookup> log, TimeSpan timeLimit, TimeProvider clock)
{
    public static readonly TimeSpan DefaultTimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>A record's time is the producer's or the broker's, and clocks differ.</summary>
    static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(1);

    /// <summary>The asked events that have a record; none where the topic does not exist. No consumer group is touched.</summary>
    public Task<Either<StoreFailure, IReadOnlySet<EventId>>> FindWrittenAsync(
        string topic, DateTimeOffset since, IReadOnlyCollection<EventId> ids, CancellationToken stopping)
    {
        if (ids.Count == 0)
            return Task.FromResult<Either<StoreFailure, IReadOnlySet<EventId>>>(new System.Collections.Generic.HashSet<EventId>());
        return Task.Factory.StartNew(
            () => Find(topic, since, ids, stopping), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    Either<StoreFailure, IReadOnlySet<EventId>> Find(
        string topic, DateTimeOffset since, IReadOnlyCollection<EventId> ids, CancellationToken stopping)
    {
        using var timed = new CancellationTokenSource(timeLimit, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping, timed.Token);
        var begun = clock.GetTimestamp();
        try
        {
            using var consumer = new ConsumerBuilder<Ignore, Ignore>(KafkaClientProperties.ForReader(settings))
                .SetErrorHandler((_, error) => log.LogDebug("{Code}: {Reason}", error.Code, error.Reason))
                .SetLogHandler((_, line) => log.LogDebug("librdkafka {Facility}: {Message}", line.Facility, line.Message))
                .Build();
            var range = TopicRange.Find(consumer, topic, since - ClockMargin, Remaining);
            return new TopicSearch(consumer, range, ids).Run(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return new StoreFailure(stopping.IsCancellationRequested
                ? $"reading {topic} back was stopped"
                : $"reading {topic} back took longer than {timeLimit}");
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return new StoreFailure($"{topic} could not be read back: {e.Message}");
        }

        TimeSpan Remaining()
        {
            limit.Token.ThrowIfCancellationRequested();
            var left = timeLimit - clock.GetElapsedTime(begun);
            return left > TimeSpan.Zero ? left : throw new OperationCanceledException();
        }
    }
}
