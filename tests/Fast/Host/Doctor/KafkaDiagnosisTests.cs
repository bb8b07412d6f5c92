using Hobom.Slices.Host.Doctor;
using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Fast.Host.Doctor;

public sealed class KafkaDiagnosisTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
    static readonly KafkaSettings Settings = KafkaSettings.For("kafka:9092");
    static readonly InspectedTopic Well = new(
        "hobom.messages", true, 4, 0, 3, 1_048_588, 2, CanWrite: true, CanRead: true, Noon.AddSeconds(-1), NewestIsBrokers: false);

    [Fact]
    public void A_topic_that_is_well_is_one_line() => Assert.Null(Assert.Single(Of(Well)).Problem);

    [Fact]
    public void What_Kafka_does_not_tell_is_no_fault_and_is_said()
    {
        var seen = Assert.Single(Of(Well with { MaxMessageBytes = null, CanWrite = null, CanRead = null, NewestAt = null, MinInSyncReplicas = null }));
        Assert.True(seen.Ok);
        Assert.Equal("its rights are not told, its limits are not told (DescribeConfigs), no record tells a clock", seen.Note);
    }

    [Fact]
    public void Each_fault_has_a_line_with_what_to_do()
    {
        Finds("not there", Well with { Exists = false });
        Finds("2 of 4 partitions have no leader", Well with { Leaderless = 2 });
        Finds("may not write", Well with { CanWrite = false });
        Finds("may not read", Well with { CanRead = false });
        Finds("takes 20000 bytes", Well with { MaxMessageBytes = 20_000 });
        Finds("min.insync.replicas is 4", Well with { MinInSyncReplicas = 4 });
        Finds("60 s from the future, by its producer's clock", Well with { NewestAt = Noon.AddMinutes(1) });
        Finds("60 s from the future, by the broker's clock", Well with { NewestAt = Noon.AddMinutes(1), NewestIsBrokers = true });
        Assert.Equal(3, Of(Well with { CanWrite = false, CanRead = false, Leaderless = 1 }).Count);
    }

    [Fact]
    public void Replicas_do_not_matter_to_one_who_waits_for_the_leader_only() => Assert.True(Assert.Single(
        KafkaDiagnosis.Of(Well with { MinInSyncReplicas = 4 }, Settings with { Acks = KafkaAcks.Leader }, Noon)).Ok);

    [Theory]
    [InlineData(-20, -1, true, "has expired")]
    [InlineData(1, 20, true, "not valid before")]
    [InlineData(-20, 13, true, "expires on")]
    [InlineData(-20, 200, false, "another name")]
    [InlineData(-20, 200, true, null)]
    public void A_certificate_is_judged_by_its_days_and_its_name(int from, int until, bool fits, string? words)
    {
        var seen = new PresentedCertificate(Noon.AddDays(from), Noon.AddDays(until), fits).Judge("certificate", Noon);
        Assert.Equal(words is null, seen.Ok);
        if (words is not null) Assert.Contains(words, seen.Problem, StringComparison.Ordinal);
    }

    static void Finds(string words, InspectedTopic topic)
    {
        var found = Assert.Single(Of(topic));
        Assert.Contains(words, found.Problem, StringComparison.Ordinal);
        Assert.NotNull(found.Advice);
    }

    static List<CheckResult> Of(InspectedTopic topic) => [.. KafkaDiagnosis.Of(topic, Settings, Noon)];
}
