using Hobom.Slices.Host.Health;

namespace Hobom.Slices.Tests.Fast.Host.Health;

public sealed class LoopWatchTests
{
    [Fact]
    public async Task A_loop_that_ends_by_itself_is_told_and_one_that_was_told_to_stop_is_not()
    {
        using var stop = new CancellationTokenSource();
        var watch = new LoopWatch(new LogLines());
        var goesOn = new TaskCompletionSource();
        var running = watch.RunAsync("running", goesOn.Task, stop.Token);
        await watch.RunAsync("failed", Task.FromException(new InvalidOperationException("boom")), stop.Token);
        await watch.RunAsync("ended", Task.CompletedTask, stop.Token);
        Assert.Equal(["the loop 'ended' has ended", "the loop 'failed' has ended"], watch.Faults());

        await stop.CancelAsync();
        goesOn.SetResult();
        await running;
        Assert.Equal(2, watch.Faults().Count);
    }
}
