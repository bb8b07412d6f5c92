using Hobom.Slices.Storage;

namespace Hobom.Slices.Tests.Fast.Shared.Storage;

public sealed class WriteTurnsTests
{
    readonly WriteTurns turns = new(TimeSpan.FromMinutes(1));

    [Fact]
    public async Task Those_who_wait_come_in_the_order_in_which_they_asked()
    {
        var first = await turns.TakeAsync(default);
        Task<IDisposable>[] waiting = [.. Enumerable.Range(0, 5).Select(_ => turns.TakeAsync(default))];
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        first.Dispose();
        foreach (var next in waiting)
        {
            Assert.Same(next, await Task.WhenAny(waiting.Where(w => w == next || !w.IsCompleted)));
            (await next).Dispose();
        }
    }

    [Fact]
    public async Task A_turn_that_is_given_back_twice_lets_one_in_and_not_two()
    {
        var first = await turns.TakeAsync(default);
        first.Dispose();
        first.Dispose();
        await turns.TakeAsync(default);
        Assert.False(turns.TakeAsync(default).IsCompleted);
    }

    [Fact]
    public async Task Who_has_waited_for_too_long_is_refused()
    {
        using var brief = new WriteTurns(TimeSpan.FromMilliseconds(20));
        using var first = await brief.TakeAsync(default);
        await Assert.ThrowsAsync<TimeoutException>(() => brief.TakeAsync(default));
    }

    [Fact]
    public async Task A_long_one_waits_as_long_as_it_takes()
    {
        using var brief = new WriteTurns(TimeSpan.FromMilliseconds(20));
        var first = await brief.AwaitLongAsync(default);
        var (second, inTheEnd) = (brief.AwaitLongAsync(default), brief.AwaitAsync(default));
        await Assert.ThrowsAsync<TimeoutException>(() => brief.TakeAsync(default));
        await Assert.ThrowsAsync<TimeoutException>(() => brief.TakeAsync(default));
        first.Dispose();
        (await inTheEnd.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
        (await second.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
    }

    [Fact]
    public async Task Between_two_long_ones_come_all_the_short_ones_that_wait()
    {
        var first = await turns.AwaitLongAsync(default);
        Task<IDisposable>[] longOnes = [.. Enumerable.Range(0, 3).Select(_ => turns.AwaitLongAsync(default))];
        Task<IDisposable>[] shortOnes = [.. Enumerable.Range(0, 3).Select(_ => turns.TakeAsync(default))];
        first.Dispose();
        foreach (var next in shortOnes.Concat(longOnes))
        {
            Task<IDisposable>[] left = [.. shortOnes.Concat(longOnes).Where(w => w == next || !w.IsCompleted)];
            Assert.Same(next, await Task.WhenAny(left));
            (await next).Dispose();
        }
    }

    [Fact]
    public async Task A_long_one_that_gives_up_lets_the_next_go_on()
    {
        var first = await turns.TakeAsync(default);
        using var stop = new CancellationTokenSource();
        var waiting = turns.AwaitLongAsync(stop.Token);
        var next = turns.AwaitLongAsync(default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        (await next.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_no_turn()
    {
        var first = await turns.TakeAsync(default);
        using var stop = new CancellationTokenSource();
        var waiting = turns.TakeAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        Assert.True(turns.TakeAsync(default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_stands_in_line_when_the_store_is_closed_is_refused_and_who_writes_may_end_it()
    {
        var first = await turns.TakeAsync(default);
        var waiting = turns.TakeAsync(default);
        turns.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10)));
        first.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => turns.TakeAsync(default).WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
