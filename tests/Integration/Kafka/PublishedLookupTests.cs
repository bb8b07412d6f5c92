using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using static Hobom.Slices.Tests.Integration.Kafka.KafkaFixtureDeliveries;

namespace Hobom.Slices.Tests.Integration.Kafka;

public sealed class PublishedLookupTests : IDisposable
{
    readonly MockCluster kafka = new();

    public void Dispose() => kafka.Dispose();

    [Fact]
    public async Task Every_event_of_a_record_that_carries_several_is_found()
    {
        await using (var publisher = Publisher(Patient(kafka.Address)))
        {
            Position(await publisher.PublishAsync(
                new Delivery(Topic, "key", new byte[3], [new("event-id", "a"), new("event-type", "x"), new("event-id", "b:1")], []),
                possibleDuplicate: false));
        }

        Assert.Equal(
            new HashSet<EventId> { new("a"), new("b:1") },
            Found(await ReadBack(kafka.Address).FindWrittenAsync(
                Topic, DateTimeOffset.UtcNow, [new("a"), new("b:1"), new("x"), new("key")], CancellationToken.None)));
    }

    [Fact]
    public async Task Nothing_is_found_in_a_topic_that_does_not_exist_and_none_is_created()
    {
        var readBack = ReadBack(kafka.Address);

        Assert.Empty(Found(await readBack.FindWrittenAsync("nowhere", DateTimeOffset.UtcNow, [new("a")], CancellationToken.None)));

        using var admin = new KafkaAdmin(KafkaSettings.For(kafka.Address));
        var probe = new KafkaProbe(admin);
        Assert.Equal(["nowhere"], Assert.IsType<KafkaProbeResult.Answered>(
            await probe.AskAsync(["nowhere"], TimeSpan.FromSeconds(30))).Missing);
    }

    [Fact]
    public async Task A_broker_that_is_silent_is_a_failure_within_the_limit()
    {
        kafka.CreateTopic(Topic, 4);
        kafka.AnswerAfter(TimeSpan.FromSeconds(40));
        var asked = ReadBack(kafka.Address, limit: TimeSpan.FromSeconds(2))
            .FindWrittenAsync(Topic, DateTimeOffset.UtcNow, [new("a")], CancellationToken.None);

        Assert.True((await asked.WaitAsync(TimeSpan.FromSeconds(25))).IsLeft);
    }

    [Fact]
    public async Task No_broker_is_a_failure_and_not_an_empty_answer()
    {
        var readBack = ReadBack("127.0.0.1:1", limit: TimeSpan.FromSeconds(1));

        Assert.True((await readBack.FindWrittenAsync(Topic, DateTimeOffset.UtcNow, [new("a")], CancellationToken.None)).IsLeft);
    }

    [Fact]
    public async Task Stopping_ends_the_question()
    {
        kafka.CreateTopic(Topic, 4);
        using var stopping = new CancellationTokenSource();
        await stopping.CancelAsync();

        Assert.True((await ReadBack(kafka.Address).FindWrittenAsync(
            Topic, DateTimeOffset.UtcNow, [new("a")], stopping.Token)).IsLeft);
    }
}
