using Hobom.Slices.Host.Health;
using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Fast.Host.Health;

public sealed class TopicWatchTests
{
    static readonly KafkaProbeResult.Answered Whole = new([], []);
    static readonly KafkaProbeResult.Answered Lacking = new(["a"], []);

    readonly LogLines log = new();
    readonly TopicWatch watch;
    KafkaProbeResult answer = Whole;
    bool? creates = false;

    public TopicWatchTests() => watch = new TopicWatch(
        ["a", "b"], _ => Task.FromResult(answer), () => Task.FromResult(creates), TimeProvider.System, log);

    [Fact]
    public async Task A_topic_is_missing_when_two_looks_in_a_row_did_not_find_it()
    {
        Assert.Empty(await SeenAsync(Lacking));
        Assert.Empty(await SeenAsync(Whole));
        Assert.Empty(await SeenAsync(Lacking));
        Assert.Equal(["a"], await SeenAsync(Lacking));
        Assert.Equal(["a"], await SeenAsync(new KafkaProbeResult.Unreachable("no answer")));
        Assert.Equal(["a"], await SeenAsync(Lacking));
        Assert.Empty(await SeenAsync(Whole));
        Assert.Equal(2, log.Lines.Count);
    }

    [Fact]
    public async Task Where_topics_are_made_on_first_use_none_is_missing()
    {
        creates = true;
        await SeenAsync(Lacking);
        Assert.Empty(await SeenAsync(Lacking));
        creates = null;
        await SeenAsync(Lacking);
        Assert.Equal(["a"], await SeenAsync(Lacking));
    }

    async Task<IReadOnlyList<string>> SeenAsync(KafkaProbeResult next)
    {
        answer = next;
        await watch.LookAsync();
        return watch.Missing;
    }
}
