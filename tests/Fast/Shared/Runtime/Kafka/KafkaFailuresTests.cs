using Confluent.Kafka;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Kafka;

public sealed class KafkaFailuresTests
{
    [Fact]
    public void Every_code_of_the_client_has_its_row()
    {
        var named = Enum.GetValues<ErrorCode>().Where(c => c != ErrorCode.NoError).Distinct().ToHashSet();
        Assert.Empty(named.Except(KafkaErrors.Rows.Keys));
        Assert.Empty(KafkaErrors.Rows.Keys.Except(named));
    }

    [Property]
    public void A_code_that_has_no_name_yet_is_unclear_and_worth_another_try(short number)
    {
        var code = (ErrorCode)number;
        if (Enum.IsDefined(code)) return;
        Assert.Equal(new PublishFailure.Transient($"{number}", "why", FaultScope.Unclear), Of(code, PersistenceStatus.NotPersisted));
    }

    [Theory]
    [InlineData(ErrorCode.MsgSizeTooLarge)]
    [InlineData(ErrorCode.RecordListTooLarge)]
    [InlineData(ErrorCode.InvalidMsgSize)]
    public void What_is_too_large_concerns_the_record_alone(ErrorCode code) =>
        Assert.Equal(new PublishFailure.TooLarge(code.ToString(), "why"), Of(code, PersistenceStatus.NotPersisted));

    [Theory]
    [InlineData(ErrorCode.InvalidRecord, FaultScope.Unclear)]
    [InlineData(ErrorCode.Local_UnknownTopic, FaultScope.Topic)]
    [InlineData(ErrorCode.UnknownTopicOrPart, FaultScope.Topic)]
    [InlineData(ErrorCode.TopicAuthorizationFailed, FaultScope.Topic)]
    [InlineData(ErrorCode.TopicException, FaultScope.Topic)]
    [InlineData(ErrorCode.UnsupportedForMessageFormat, FaultScope.Topic)]
    [InlineData(ErrorCode.PolicyViolation, FaultScope.Unclear)]
    [InlineData(ErrorCode.ClusterAuthorizationFailed, FaultScope.Account)]
    [InlineData(ErrorCode.InvalidTimestamp, FaultScope.Process)]
    public void A_refusal_that_would_come_again_is_permanent(ErrorCode code, FaultScope scope)
    {
        var failure = Assert.IsType<PublishFailure.Permanent>(Of(code, PersistenceStatus.NotPersisted));
        Assert.Equal((code.ToString(), scope), (failure.Code, failure.Scope));
        Assert.StartsWith("why", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorCode.Local_MsgTimedOut, FaultScope.Cluster)]
    [InlineData(ErrorCode.Local_Transport, FaultScope.Cluster)]
    [InlineData(ErrorCode.Local_AllBrokersDown, FaultScope.Cluster)]
    [InlineData(ErrorCode.Local_Resolve, FaultScope.Cluster)]
    [InlineData(ErrorCode.Local_Authentication, FaultScope.Account)]
    [InlineData(ErrorCode.SaslAuthenticationFailed, FaultScope.Account)]
    [InlineData(ErrorCode.ThrottlingQuotaExceeded, FaultScope.Account)]
    [InlineData(ErrorCode.LeaderNotAvailable, FaultScope.Topic)]
    [InlineData(ErrorCode.NotLeaderForPartition, FaultScope.Topic)]
    [InlineData(ErrorCode.NotEnoughReplicas, FaultScope.Topic)]
    [InlineData(ErrorCode.Local_CritSysResource, FaultScope.Process)]
    [InlineData(ErrorCode.Unknown, FaultScope.Unclear)]
    [InlineData(ErrorCode.InvalidMsg, FaultScope.Unclear)]
    [InlineData(ErrorCode.Local_InvalidDifferentRecord, FaultScope.Record)]
    public void What_may_pass_is_worth_another_try(ErrorCode code, FaultScope scope) =>
        Assert.Equal(new PublishFailure.Transient(code.ToString(), "why", scope), Of(code, PersistenceStatus.NotPersisted));

    [Fact]
    public void A_clock_that_is_wrong_is_called_so() =>
        Assert.Contains("clocks of this process and of the broker differ", Of(ErrorCode.InvalidTimestamp, PersistenceStatus.NotPersisted).Message, StringComparison.Ordinal);

    [Fact]
    public void Whatever_may_have_been_written_is_unknown()
    {
        foreach (var code in Enum.GetValues<ErrorCode>().Where(c => c != ErrorCode.NoError))
        {
            foreach (var isFatal in new[] { false, true })
            {
                var failure = KafkaFailures.Of(Error(code, isFatal), PersistenceStatus.PossiblyPersisted, isFatal);
                Assert.IsType<PublishFailure.Unknown>(failure);
                Assert.Equal(KafkaErrors.Of(code).Scope, failure.Scope);
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
            Assert.Equal((typeof(PublishFailure.Stopping), FaultScope.None), (failure.GetType(), failure.Scope));
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
