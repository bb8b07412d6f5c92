using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

public sealed class LaneQueueTests
{
    readonly LaneQueue queue = new(_ => true);

    [Fact]
    public void What_a_group_put_back_is_held_as_long_as_the_next_one_is_at_it()
    {
        var (called, untried) = (Held("e1"), Held("e2"));
        queue.NoteCall(TimeSpan.FromMilliseconds(1));
        queue.Add([called, untried]);
        var first = queue.Begin()!;
        Assert.Equal([called, untried], first);
        Assert.True(queue.PutBack([untried]));
        var second = queue.Begin()!;
        Assert.Equal([untried], second);
        queue.End(first);
        Assert.Equal([untried], queue.Held);
        queue.End(second);
        Assert.Empty(queue.Held);
    }

    [Fact]
    public void What_is_handed_back_is_held_until_that_is_written()
    {
        var waits = Held("e1");
        queue.Add([waits]);
        var drained = queue.Drain();
        Assert.Equal([waits], queue.Held);
        Assert.Null(queue.Begin());
        queue.NoteLeft(drained);
        Assert.Empty(queue.Held);
    }

    static HeldHandling Held(string id) => new(
        new Claimed(Guid.NewGuid(), 1, "c", 1, 1, Noon, Guid.NewGuid(), Event(id)), Consumer("c") with { Concurrency = 2 },
        new ConsumerPort.Handles((_, _) => throw new InvalidOperationException()), isProbe: false, isSuspect: false, Noon.AddMinutes(1));
}
