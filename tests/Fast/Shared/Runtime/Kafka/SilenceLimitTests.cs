using Hobom.Slices.Runtime.Kafka;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Kafka;

public sealed class SilenceLimitTests
{
    readonly FakeTimeProvider clock = new();

    [Fact]
    public void What_goes_on_is_not_cut_off_and_what_falls_silent_is()
    {
        using var limit = New();
        for (var second = 0; second < 300; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            limit.Heard();
        }

        Assert.False(limit.Token.IsCancellationRequested);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void Silence_from_the_beginning_ends_it_after_its_time()
    {
        using var limit = New();
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((TimeSpan.FromSeconds(1), false), (limit.Left, limit.Token.IsCancellationRequested));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_stop_ends_it_at_once()
    {
        using var stopping = new CancellationTokenSource();
        using var limit = new SilenceLimit(TimeSpan.FromSeconds(30), clock, stopping.Token);
        stopping.Cancel();
        Assert.True(limit.Token.IsCancellationRequested);
    }

    SilenceLimit New() => new(TimeSpan.FromSeconds(30), clock, CancellationToken.None);
}
