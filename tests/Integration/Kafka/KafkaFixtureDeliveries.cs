using System.Diagnostics;
using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using LanguageExt;

namespace Hobom.Slices.Tests.Integration.Kafka;

/// <summary>Deliveries as a slice would make them, and the ends that a test waits for.</summary>
static class KafkaFixtureDeliveries
{
    public const string Topic = "hobom.messages";

    /// <summary>An attempt may last so long that no load of the machine ends one that a test wants to succeed.</summary>
    public static KafkaSettings Patient(string brokers) =>
        KafkaSettings.For(brokers) with { DeliveryTimeout = TimeSpan.FromSeconds(60) };

    public static Delivery Of(string id, string topic = Topic, int valueBytes = 20) =>
        new(topic, id, Encoding.UTF8.GetBytes(new string('x', valueBytes)), [new RecordHeader(RecordHeader.EventId, id)], []);

    public static RecordPosition Position(Either<PublishFailure, RecordPosition> outcome) => outcome.Match(
        position => position, failure => throw new Xunit.Sdk.XunitException(failure.ToString()));

    /// <summary>
    /// Publishes until Kafka takes one: at first the client has to connect, which may take as long as a short attempt; and
    /// after a fault it needs a moment to find out that it is over.
    /// </summary>
    public static async Task PublishUntilTaken(KafkaPublisher publisher, Delivery delivery)
    {
        var begun = Stopwatch.GetTimestamp();
        while ((await publisher.PublishAsync(delivery, possibleDuplicate: false)).IsLeft)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), "Kafka takes no record");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    public static T Failure<T>(Either<PublishFailure, RecordPosition> outcome)
        where T : PublishFailure =>
        Assert.IsType<T>(outcome.Match(p => throw new Xunit.Sdk.XunitException(p.ToString()), failure => failure));

    public static IReadOnlySet<EventId> Found(Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>> found) =>
        found.Match(ids => ids.Keys.ToHashSet(), failure => throw new Xunit.Sdk.XunitException(failure.Message));

    public static KafkaPublisher Publisher(KafkaSettings settings, LinesLogger<KafkaPublisher>? log = null) =>
        new(settings, log ?? new LinesLogger<KafkaPublisher>(), TimeProvider.System);

    public static PublishedLookup ReadBack(string brokers, TimeSpan? limit = null) =>
        new(KafkaSettings.For(brokers), new LinesLogger<PublishedLookup>(), limit ?? PublishedLookup.DefaultSilence, TimeProvider.System);
}
