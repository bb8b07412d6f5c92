using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Integration.Kafka;

public sealed class KafkaAdminTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly MockCluster kafka = new();

    public void Dispose() => kafka.Dispose();

    [Fact]
    public async Task Those_who_share_it_ask_side_by_side_and_one_that_fails_fails_alone()
    {
        kafka.CreateTopic("there", 1);
        using var admin = new KafkaAdmin(KafkaSettings.For(kafka.Address));
        var failing = admin.AskAsync<int>(_ => throw new InvalidOperationException("its own"));
        var probe = new KafkaProbe(admin);
        var both = await Task.WhenAll(probe.AskAsync(["there"], Limit), probe.AskAsync(["missing"], Limit));

        Assert.Equal("its own", (await Assert.ThrowsAsync<InvalidOperationException>(() => failing)).Message);
        Assert.Equal([[], ["missing"]], both.Select(answer => Assert.IsType<KafkaProbeResult.Answered>(answer).Missing));
    }

    [Fact]
    public async Task Who_asks_while_it_ends_is_answered_and_who_comes_later_is_told()
    {
        kafka.CreateTopic("there", 1);
        var admin = new KafkaAdmin(KafkaSettings.For(kafka.Address));
        var (asked, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        var underWay = admin.AskAsync(async client =>
        {
            asked.SetResult();
            await ended.Task;
            return client.GetMetadata(Limit).Brokers.Count;
        });
        await asked.Task.WaitAsync(Limit);
        admin.Dispose();
        ended.SetResult();

        Assert.Equal(1, await underWay.WaitAsync(Limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => admin.AskAsync(client => Task.FromResult(client.Name)));
        Assert.IsType<KafkaProbeResult.Unreachable>(await new KafkaProbe(admin).AskAsync(["there"], Limit));
        Assert.Null(await new KafkaProbe(admin).CreatesTopicsAsync(Limit));
    }
}
