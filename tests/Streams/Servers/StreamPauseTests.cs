using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Servers;

public sealed class StreamPauseTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_paused_stream_waits_in_every_process_and_the_others_go_on(int shards)
    {
        var settings = RouterSettings.Default with { Shards = new Dictionary<string, int> { ["auth"] = shards } };
        await using var one = TestRouter.Start(Fixture.Server.Address, settings);
        await using var two = TestRouter.Start(Fixture.Server.Address, settings);
        await Producer.UntilAsync(() => Task.FromResult(one.Router.Owned.Count > 0 && two.Router.Owned.Count > 0));
        Assert.True(await PauseAsync(one, true));
        Assert.False(await PauseAsync(two, true));
        await Producer.UntilAsync(() => Task.FromResult(one.Router.Paused.Count == 1 && two.Router.Paused.Count == 1));
        // A turn that was begun before may still be at its wait for entries.
        await Task.Delay(1500);
        await Db.LoginAsync("u");
        await Db.AddAsync("events:info", "*", "type", "article_fetched", "user_id", "u");
        await Producer.UntilAsync(async () => await Db.CountAsync("stats:user:u", "article_count") == 1);
        Assert.Equal(0, await Db.CountAsync("state:user:u", "login_count"));
        Assert.True(await PauseAsync(two, false));
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
    }

    static async Task<bool> PauseAsync(TestRouter router, bool isPaused) =>
        (await router.Router.SetPausedAsync("events:auth", isPaused, "test"))
            .Match(Right: changed => changed, Left: failure => throw new InvalidOperationException(failure.Message));
}
