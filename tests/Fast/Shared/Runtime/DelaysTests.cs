using Hobom.Slices.Runtime;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime;

public sealed class DelaysTests : IDisposable
{
    readonly FakeClock clock = new();
    readonly CancellationTokenSource stop = new();

    [Fact]
    public void A_pause_lasts_as_long_as_it_was_asked_to() => OnOneThread.Run(() =>
    {
        var pause = Delays.WaitAsync(TimeSpan.FromSeconds(5), clock, stop.Token);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(pause.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(pause.Ended());
    });

    [Fact]
    public void The_token_ends_it_then_and_there() => OnOneThread.Run(() =>
    {
        var pause = Delays.WaitAsync(Timeout.InfiniteTimeSpan, clock, stop.Token);
        Assert.False(pause.IsCompleted);
        stop.Cancel();
        Assert.True(!pause.Ended());
        Assert.Null(clock.UntilNextTimer);
    });

    [Fact]
    public void A_token_that_has_ended_lets_nothing_wait()
    {
        stop.Cancel();
        Assert.False(Delays.WaitAsync(TimeSpan.Zero, clock, stop.Token).Ended());
    }

    [Fact]
    public void No_time_is_no_wait() => Assert.True(Delays.WaitAsync(TimeSpan.Zero, clock, stop.Token).IsCompletedSuccessfully);

    public void Dispose() => stop.Dispose();
}
