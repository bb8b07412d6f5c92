
namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>What is removed from the streams, by others and by the router, and what is written to them.</summary>
public sealed class StreamTrimTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    [Fact]
    public async Task N5_what_others_trim_away_unread_is_counted_and_told()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        await router.PauseAsync();
        for (var i = 0; i < 10; i++) await Db.LoginAsync("u");
        await Db.ExecuteAsync("XTRIM", "events:auth", "MAXLEN", "3");
        router.IsPaused = false;
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 4);
        var status = router.Router.Statuses.Single(s => s.Stream == "events:auth");
        Assert.Equal((7, "7 entries were removed by others, unread"), (status.LostEntries, status.Alarm));
        Assert.Equal(7, (long)await Db.HashGetAsync("router:facts:events:auth", "lost"));
    }

    [Fact]
    public async Task D8_retention_trims_behind_the_slowest_group_only_and_forgets_with_it()
    {
        for (var i = 1; i <= 10; i++) await Db.LoginAsync("u", $"{i}000-0");
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "slow", "4000-0");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 10);
        await Producer.UntilAsync(async () => await Db.StreamLengthAsync("events:auth") == 6);
        Assert.Equal(6, await Db.SortedSetLengthAsync("router:settled:events:auth"));
    }

    [Fact]
    public async Task S8_the_streak_event_is_written_in_the_same_step_and_once()
    {
        for (var day = 0; day < 8; day++) await Db.LoginAsync("u", $"{1768727553123 + (day * 86_400_000L)}-0");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 8);
        var told = await Db.StreamRangeAsync("events:streak");
        Assert.Equal(["7", "8"], told.Select(e => (string?)e["streak_days"]));
    }
}
