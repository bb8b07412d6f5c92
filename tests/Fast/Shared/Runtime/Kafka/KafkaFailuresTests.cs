using Confluent.Kafka;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Kafka;

public sealed class KafkaFailuresTests
{
    [Theory]
    [InlineData(ErrorCode.MsgSizeTooLarge)]
    [InlineData(ErrorCode.RecordListTooLarge)]
    [InlineData(ErrorCode.Local_UnknownTopic)]
    [InlineData(ErrorCode.UnknownTopicOrPart)]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    [InlineData(ErrorCode.ClusterAuthorizationFailed)]
    [InlineData(ErrorCode.TopicException)]
    [InlineData(ErrorCode.PolicyViolation)]
    [InlineData(ErrorCode.UnsupportedForMessageFormat)]
    [InlineData(ErrorCode.InvalidRecord)]
    public void A_refusal_of_the_record_is_permanent(ErrorCode code) =>
        Assert.Equal(new PublishFailure.Permanent(code.ToString(), "why"), Of(code, PersistenceStatus.NotPersisted));

    [Theory]
    [InlineData(ErrorCode.Local_MsgTimedOut)]
    [InlineData(ErrorCode.Local_Transport)]
    [InlineData(ErrorCode.Local_AllBrokersDown)]
    [InlineData(ErrorCode.Local_Resolve)]
    [InlineData(ErrorCode.Local_Authentication)]
    [InlineData(ErrorCode.LeaderNotAvailable)]
    [InlineData(ErrorCode.NotLeaderForPartition)]
    [InlineData(ErrorCode.NotEnoughReplicas)]
    public void A_broker_that_cannot_be_had_is_transient_and_no_fault_of_the_record(ErrorCode code) =>
        Assert.Equal(
            new PublishFailure.Transient(code.ToString(), "why", BrokerUnreachable: true),
            Of(code, PersistenceStatus.NotPersisted));

    [Theory]
    [InlineData(ErrorCode.Unknown)]
    [InlineData(ErrorCode.InvalidMsg)]
    [InlineData(ErrorCode.ThrottlingQuotaExceeded)]
    public void Any_other_error_is_transient_and_may_be_the_records_own(ErrorCode code) =>
        Assert.Equal(new PublishFailure.Transient(code.ToString(), "why"), Of(code, PersistenceStatus.NotPersisted));

    [Fact]
    public void Whatever_may_have_been_written_is_unknown()
    {
        foreach (var code in Enum.GetValues<ErrorCode>().Where(c => c != ErrorCode.NoError))
        {
            foreach (var isFatal in new[] { false, true })
            {
                var failure = KafkaFailures.Of(Error(code, isFatal), PersistenceStatus.PossiblyPersisted, isFatal);
                Assert.Equal(new PublishFailure.Unknown(code.ToString(), "why"), failure);
            }
        }
    }

    [Theory]
    [InlineData(ErrorCode.Local_PurgeQueue)]
    [InlineData(ErrorCode.Local_PurgeInflight)]
    [InlineData(ErrorCode.Local_Destroy)]
    [InlineData(ErrorCode.Local_Fatal)]
    [InlineData(ErrorCode.Local_QueueFull)]
    public void A_producer_that_goes_away_or_has_no_room_says_nothing_of_the_event(ErrorCode code) =>
        Assert.Equal(new PublishFailure.Stopping(code.ToString(), "why"), Of(code, PersistenceStatus.NotPersisted));

    [Fact]
    public void What_a_fatal_producer_says_of_a_record_is_no_verdict_on_it()
    {
        foreach (var code in Enum.GetValues<ErrorCode>().Where(c => c != ErrorCode.NoError))
        {
            var failure = KafkaFailures.Of(Error(code), PersistenceStatus.NotPersisted, producerIsFatal: true);
            Assert.Equal(new PublishFailure.Stopping(code.ToString(), "why"), failure);
        }
    }

    [Fact]
    public void An_error_that_is_itself_fatal_is_no_verdict_either() =>
        Assert.IsType<PublishFailure.Stopping>(KafkaFailures.Of(
            Error(ErrorCode.TopicAuthorizationFailed, isFatal: true), PersistenceStatus.NotPersisted, producerIsFatal: false));

    static PublishFailure Of(ErrorCode code, PersistenceStatus status) =>
        KafkaFailures.Of(Error(code), status, producerIsFatal: false);

    // The client's own rule: this one code is always fatal.
    static Error Error(ErrorCode code, bool isFatal = false) => new(code, "why", isFatal || code == ErrorCode.Local_Fatal);
}
