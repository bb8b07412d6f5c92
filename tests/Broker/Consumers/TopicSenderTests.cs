using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Consumers;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Consumers;

public sealed class TopicSenderTests
{
    static readonly Consumer Topic = Consumer("t") with { Kind = ConsumerKind.Kafka, Target = new ConsumerTarget.Topic("shop.events", CloudEventForm.Binary) };

    readonly Claimed claimed = new(Guid.NewGuid(), 1, "t", 1, 1, Noon, Guid.NewGuid(), Event("e1", payload: "[ 1 ]", key: "order/7") with { Metadata = """{"subject":"s","datacontenttype":"application/a+json"}""" });
    readonly List<(Delivery Delivery, bool PossibleDuplicate)> published = [];
    Either<PublishFailure, RecordPosition> outcome = new RecordPosition(0, 1);
    bool isLost;

    [Fact]
    public async Task A_record_has_the_payloads_bytes_the_key_and_the_events_names()
    {
        Assert.True((await SendAsync(claimed)).IsRight);
        var (delivery, possibleDuplicate) = Assert.Single(published);
        Assert.Equal(("shop.events", "order/7", false), (delivery.Topic, delivery.Key, possibleDuplicate));
        Assert.Equal("[ 1 ]"u8.ToArray(), delivery.Value.ToArray());
        Assert.Contains(new RecordHeader("event-id", claimed.RowId.ToString()), delivery.Headers);
        Assert.Contains(new RecordHeader("event-source-id", "e1"), delivery.Headers);
        (string, string)[] cloud = [("ce_type", "public.users.create"), ("ce_partitionkey", "order/7"), ("ce_subject", "s"), ("content-type", "application/a+json")];
        Assert.All(cloud, h => Assert.Contains(new RecordHeader(h.Item1, h.Item2), delivery.Headers));
    }

    [Fact]
    public async Task A_try_that_may_have_been_written_is_looked_up_before_it_is_made_again()
    {
        Assert.True((await SendAsync(claimed with { Attempt = 2 }, found: true)).IsRight);
        Assert.Empty(published);
        Assert.True((await SendAsync(claimed with { Attempt = 2 })).IsRight);
        Assert.True(Assert.Single(published).PossibleDuplicate);
    }

    [Fact]
    public async Task So_is_one_whose_failed_try_does_not_count_for_the_consumer_was_down()
    {
        Assert.True((await SendAsync(claimed with { HasFailed = true }, found: true)).IsRight);
        Assert.Empty(published);
        Assert.True((await SendAsync(claimed with { HasFailed = true })).IsRight);
        Assert.True(Assert.Single(published).PossibleDuplicate);
    }

    [Fact]
    public async Task What_was_repaired_is_sent_and_announced_whatever_was_written_before()
    {
        Assert.True((await SendAsync(claimed with { HasFailed = true, IsEdited = true }, found: true)).IsRight);
        Assert.True(Assert.Single(published).PossibleDuplicate);
    }

    [Theory]
    [InlineData(FaultScope.Topic, typeof(TryFailure.ConsumerDown), FailureKind.NoTopic)]
    [InlineData(FaultScope.Account, typeof(TryFailure.ConsumerDown), FailureKind.Credentials)]
    [InlineData(FaultScope.Cluster, typeof(TryFailure.ConsumerDown), FailureKind.Unreachable)]
    [InlineData(FaultScope.Record, typeof(TryFailure.Permanent), FailureKind.Refused)]
    public async Task A_failure_befalls_the_record_or_all(FaultScope scope, Type expected, FailureKind kind)
    {
        outcome = new PublishFailure.Permanent("code", "message", scope);
        var failure = (await SendAsync(claimed)).Match(_ => null!, f => f);
        Assert.IsType(expected, failure);
        Assert.Equal(kind, failure.Kind);
    }

    [Fact]
    public async Task A_record_whose_handling_was_lost_while_it_waited_to_be_handed_over_is_not_and_that_is_not_the_consumers_fault()
    {
        isLost = true;
        var failure = (await SendAsync(claimed)).Match(_ => null!, f => f);
        Assert.Empty(published);
        Assert.Equal(FailureKind.LeaseLost, failure.Kind);
        Assert.Equal(ConsumerHealth.Well, ConsumerHealth.Well.AfterFailure(claimed.HandlingId, failure, wasProbe: false));
    }

    /// <summary>As a try does: what is there already is not sent.</summary>
    async Task<Either<TryFailure, Unit>> SendAsync(Claimed given, bool found = false)
    {
        var port = (ConsumerPort.Sends)new TopicSender(
            (delivery, possibleDuplicate, guard) =>
            {
                if (guard() is { } refused) return Task.FromResult(Either<PublishFailure, RecordPosition>.Left(refused));
                published.Add((delivery, possibleDuplicate));
                return Task.FromResult(outcome);
            },
            (_, _, ids, _) => Task.FromResult(Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>>.Right(
                found ? ids.ToDictionary(id => id, _ => new RecordPosition(0, 0)) : []))).AsPort();
        var isThere = await port.FindSent!(given, Topic, default);
        return isThere.Case is true ? Unit.Default : await port.Send(new Sending(given, Topic, () => isLost), default);
    }
}
