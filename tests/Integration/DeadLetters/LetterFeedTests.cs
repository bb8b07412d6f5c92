using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Tests.Integration.Redis;
using Hobom.Slices.Tests.Support;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>How the following of the letters ends.</summary>
public sealed class LetterFeedTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Who_waits_to_read_when_it_is_closed_is_refused_and_who_reads_may_end_it()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        var feed = new LetterFeed(
            redis.Connection, redis.Catalogue,
            text =>
            {
                reading.TrySetResult();
                goOn.Wait(TimeSpan.FromSeconds(30));
                return text;
            },
            TimeProvider.System);
        var first = Task.Run(feed.LoadAsync);
        await reading.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var waiting = feed.FollowAsync();
        Assert.False(waiting.IsCompleted);
        feed.Dispose();
        Assert.Contains("stopping", (await waiting.WaitAsync(TimeSpan.FromSeconds(10))).Left().Message, StringComparison.Ordinal);
        goOn.Set();
        (await first.WaitAsync(TimeSpan.FromSeconds(30))).Right();
        Assert.Single(redis.Catalogue.Letters);
        Assert.True((await feed.FollowAsync()).IsLeft);
    }
}
