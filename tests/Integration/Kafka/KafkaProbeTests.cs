using System.Diagnostics;
using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Integration.Kafka;

public sealed class KafkaProbeTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly MockCluster kafka = new();

    public void Dispose() => kafka.Dispose();

    [Fact]
    public async Task Topics_that_are_there_and_topics_that_are_not_are_told_apart_and_none_is_created()
    {
        kafka.CreateTopic("there", 2);
        using var admin = new KafkaAdmin(KafkaSettings.For(kafka.Address));
        var probe = new KafkaProbe(admin);
        for (var i = 0; i < 2; i++)
        {
            var answer = Assert.IsType<KafkaProbeResult.Answered>(await probe.AskAsync(["there", "missing"], Patience));

            Assert.Equal(["missing"], answer.Missing);
            Assert.Empty(answer.Leaderless);
        }
    }

    [Fact]
    public async Task A_cluster_that_goes_away_and_comes_back_is_told_as_it_is()
    {
        kafka.CreateTopic("there", 1);
        using var admin = new KafkaAdmin(KafkaSettings.For(kafka.Address));
        var probe = new KafkaProbe(admin);
        Assert.IsType<KafkaProbeResult.Answered>(await probe.AskAsync(["there"], Patience));
        kafka.TakeDown();
        var begun = Stopwatch.GetTimestamp();

        Assert.IsType<KafkaProbeResult.Unreachable>(await probe.AskAsync(["there"], Limit));

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        kafka.BringUp();
        Assert.IsType<KafkaProbeResult.Answered>(await probe.AskAsync(["there"], Patience));
    }
}
