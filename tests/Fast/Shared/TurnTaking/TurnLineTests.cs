using Hobom.Slices.TurnTaking;
using Hobom.Slices.Tests.Support;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Shared.TurnTaking;

public sealed class TurnLineTests
{
    readonly TurnLine line = new();

    [Fact]
    public async Task All_who_wait_are_refused_at_once_when_it_is_closed_and_so_is_who_comes_later()
    {
        var first = (await line.TakeAsync(default)).Right();
        Task<Either<TurnRefusal, IDisposable>>[] waiting =
            [.. Enumerable.Range(0, 5).Select(_ => line.TakeAsync(default)), line.TakeAsync(TimeSpan.FromMinutes(5), default)];
        line.Dispose();
        foreach (var one in waiting) Assert.Equal(TurnRefusal.Closed, (await one.WaitAsync(TimeSpan.FromSeconds(10))).Left());
        Assert.Equal(TurnRefusal.Closed, (await line.TakeAsync(default)).Left());
        first.Dispose();
        Assert.Equal(TurnRefusal.Closed, (await line.TakeAsync(default)).Left());
    }

    [Fact]
    public async Task Closing_waits_for_who_has_the_turn_and_for_nobody_else()
    {
        var first = (await line.TakeAsync(default)).Right();
        var waiting = line.TakeAsync(default);
        var closed = line.CloseAsync();
        Assert.Equal(TurnRefusal.Closed, (await waiting.WaitAsync(TimeSpan.FromSeconds(10))).Left());
        Assert.False(closed.IsCompleted);
        first.Dispose();
        await closed.WaitAsync(TimeSpan.FromSeconds(10));
        await line.CloseAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Who_is_told_to_stop_leaves_the_line_and_takes_no_turn()
    {
        var first = (await line.TakeAsync(default)).Right();
        using var stop = new CancellationTokenSource();
        var waiting = line.TakeAsync(stop.Token);
        await stop.CancelAsync();
        Assert.Equal(stop.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => line.TakeAsync(stop.Token));
        first.Dispose();
        Assert.True(line.TakeAsync(default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_would_wait_no_longer_is_told_that_it_took_too_long()
    {
        using var first = (await line.TakeAsync(default)).Right();
        Assert.Equal(TurnRefusal.TooLong, (await line.TakeAsync(TimeSpan.FromMilliseconds(20), default)).Left());
    }
}
