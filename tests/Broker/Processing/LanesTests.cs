using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

public sealed class LanesTests
{
    readonly TaskCompletionSource<Tried> end = new();
    readonly TaskCompletionSource closed = new();
    readonly TaskCompletionSource over = new();

    [Fact]
    public async Task The_lane_of_a_consumer_that_is_gone_is_forgotten_once_it_holds_nothing()
    {
        var clock = new FakeTimeProvider(Noon);
        var lanes = new Lanes(new LanePorts(
            (_, _) => end.Task, _ => false, (_, _) => throw new InvalidOperationException(), CloseAsync, (_, _) => Task.FromResult(true),
            NoteChange, _ => { }, () => BrokerTuning.Contract, clock, () => 0, NullLogger.Instance));
        lanes.Of("removed while it was tried").Take([Held("removed while it was tried")], CancellationToken.None);
        lanes.Of("removed");
        var billing = lanes.Of("billing");

        lanes.ForgetAllBut(["billing"]);
        Assert.Equal(["removed while it was tried", "billing"], lanes.All().Select(l => l.Consumer));

        end.SetResult(new Tried(new TryReport.Succeeded(InStore: false), TimeSpan.Zero));
        await over.Task;
        Assert.True(closed.Task.IsCompleted);
        lanes.ForgetAllBut(["billing"]);
        Assert.Same(billing, Assert.Single(lanes.All()));
    }

    Task CloseAsync(Closing closing)
    {
        closed.SetResult();
        return Task.CompletedTask;
    }

    void NoteChange() => over.TrySetResult();

    static HeldHandling Held(string consumer) => new(
        new Claimed(Guid.NewGuid(), 1, consumer, 1, 1, Noon, Guid.NewGuid(), Event("e1")), Consumer(consumer),
        new ConsumerPort.Sends((_, _) => throw new InvalidOperationException()), isProbe: false, isSuspect: false, Noon.AddMinutes(1));
}
