using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using static Hobom.Slices.Tests.Integration.Kafka.KafkaFixtureDeliveries;

namespace Hobom.Slices.Tests.Integration.Kafka;

public sealed class KafkaPublisherFailureTests : IDisposable
{
    const int TopicAuthorizationFailed = 29;
    const int OutOfOrderSequence = 45;
    const int InvalidRecord = 87;

    readonly MockCluster kafka = new();
    readonly LinesLogger<KafkaPublisher> log = new();

    public KafkaPublisherFailureTests() => kafka.CreateTopic(Topic, 1);

    KafkaSettings Settings => Patient(kafka.Address);

    KafkaSettings Impatient => Settings with { DeliveryTimeout = TimeSpan.FromSeconds(2) };

    public void Dispose() => kafka.Dispose();

    [Theory]
    [InlineData(KafkaAcks.All)]
    [InlineData(KafkaAcks.Leader)]
    public async Task An_answer_that_comes_too_late_is_unknown_and_reading_back_finds_the_record(KafkaAcks acks)
    {
        await using var publisher = Publisher(Impatient with { Acks = acks });
        await PublishUntilTaken(publisher, Of("first"));
        var since = DateTimeOffset.UtcNow;
        kafka.AnswerAfter(TimeSpan.FromSeconds(4));

        Failure<PublishFailure.Unknown>(await publisher.PublishAsync(Of("late"), possibleDuplicate: false));

        kafka.AnswerAfter(TimeSpan.Zero);
        var found = Found(await ReadBack(kafka.Address).FindWrittenAsync(
            Topic, since, [new EventId("late"), new EventId("never")], CancellationToken.None));
        Assert.Equal([new EventId("late")], found);
    }

    [Fact]
    public async Task A_broker_that_is_down_is_an_outage_told_within_the_time_out_and_in_few_lines()
    {
        await using var publisher = Publisher(Impatient, log);
        await PublishUntilTaken(publisher, Of("first"));
        kafka.TakeDown();
        // Until the client has seen the connection go, what it sends may have arrived: the first is lost on that.
        await publisher.PublishAsync(Of("sent into the gap"), possibleDuplicate: false);

        var failures = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false)));

        Assert.All(failures, f => Assert.Equal(FaultScope.Cluster, Failure<PublishFailure.Transient>(f).Scope));
        kafka.BringUp();
        await PublishUntilTaken(publisher, Of("again"));
        Assert.InRange(log.Lines.Count, 2, 4);
        Assert.Equal("Information: Kafka answers again", log.Lines.Last());
    }

    [Fact]
    public async Task No_broker_at_all_is_an_outage()
    {
        await using var publisher = Publisher(Impatient with { Brokers = "127.0.0.1:1" });

        Assert.Equal(FaultScope.Cluster, Failure<PublishFailure.Transient>(
            await publisher.PublishAsync(Of("a"), possibleDuplicate: false)).Scope);
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_refused_at_once_and_for_good()
    {
        await using var publisher = Publisher(Settings with { MessageMaxBytes = 10_000 });

        var failure = Failure<PublishFailure.TooLarge>(
            await publisher.PublishAsync(Of("fat", valueBytes: 10_001), possibleDuplicate: false));

        Assert.Equal("MsgSizeTooLarge", failure.Code);
        Assert.Equal(0, Position(await publisher.PublishAsync(Of("lean"), possibleDuplicate: false)).Offset);
    }

    [Theory]
    [InlineData(17, "TopicException")]
    [InlineData(TopicAuthorizationFailed, "TopicAuthorizationFailed")]
    [InlineData(43, "UnsupportedForMessageFormat")]
    [InlineData(44, "PolicyViolation")]
    public async Task A_refusal_by_the_broker_is_permanent(int error, string code)
    {
        await using var publisher = Publisher(Settings);
        await PublishUntilTaken(publisher, Of("first"));
        kafka.FailProduce(error);

        Assert.Equal(code, Failure<PublishFailure.Permanent>(
            await publisher.PublishAsync(Of("a"), possibleDuplicate: false)).Code);
    }

    [Fact]
    public async Task Records_of_a_batch_that_was_found_invalid_go_again_one_by_one()
    {
        await using var publisher = Publisher(Settings);
        await PublishUntilTaken(publisher, Of("first"));
        kafka.FailProduce(InvalidRecord);

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false)));

        Assert.All(outcomes, o => Position(o));
    }

    [Theory]
    [InlineData(InvalidRecord, FaultScope.Unclear)]
    [InlineData(32, FaultScope.Process)]
    public async Task What_the_broker_says_of_a_record_alone_is_its_verdict(int error, FaultScope scope)
    {
        await using var publisher = Publisher(Settings);
        await PublishUntilTaken(publisher, Of("first"));
        kafka.FailProduce(InvalidRecord, error);

        Assert.Equal(scope, Failure<PublishFailure.Permanent>(
            await publisher.PublishAsync(Of("a"), possibleDuplicate: false)).Scope);
    }

    [Fact]
    public async Task A_producer_that_failed_for_good_is_replaced_and_the_next_record_goes_through()
    {
        await using var publisher = Publisher(Settings, log);
        await PublishUntilTaken(publisher, Of("first"));
        kafka.FailProduce(OutOfOrderSequence);

        var failed = await publisher.PublishAsync(Of("struck"), possibleDuplicate: false);
        var after = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false)));

        Assert.True(failed.LeftToSeq().Exists(f => f is PublishFailure.Stopping or PublishFailure.Unknown), failed.ToString());
        Assert.All(after, o => Position(o));
        Assert.Single(log.Lines, l => l.StartsWith("Error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_producer_that_fails_for_good_again_and_again_is_not_replaced_without_end()
    {
        await using var publisher = Publisher(Settings, log);
        var codes = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            kafka.FailProduce(OutOfOrderSequence);
            codes.AddRange((await publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false)).LeftToSeq().Map(f => f.Code));
        }

        Assert.Equal(10, codes.Count);
        Assert.Equal(4, codes.Count(c => c == "Local_Fatal"));
        Assert.Single(log.Lines, l => l.Contains("publishing pauses", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ending_completes_every_publish_that_is_under_way()
    {
        var publisher = Publisher(Settings);
        await PublishUntilTaken(publisher, Of("first"));
        kafka.AnswerAfter(TimeSpan.FromSeconds(30));
        var publishes = Enumerable.Range(0, 50).Select(i => publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false)).ToList();
        var begun = Stopwatch.GetTimestamp();

        await publisher.DisposeAsync();
        var outcomes = await Task.WhenAll(publishes).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(25));
        Assert.All(outcomes, o => Failure<PublishFailure.Unknown>(o));
        Failure<PublishFailure.Stopping>(await publisher.PublishAsync(Of("late"), possibleDuplicate: false));
        await publisher.DisposeAsync();
    }

    [Fact]
    public async Task Ending_waits_for_acknowledgements_that_are_about_to_come()
    {
        var publisher = Publisher(Settings);
        await PublishUntilTaken(publisher, Of("first"));
        kafka.AnswerAfter(TimeSpan.FromSeconds(1));
        var publishes = Enumerable.Range(0, 50).Select(i => publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false)).ToList();

        await publisher.DisposeAsync();

        Assert.All(await Task.WhenAll(publishes), o => Position(o));
    }
}
