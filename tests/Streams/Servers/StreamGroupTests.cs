using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>What is read, and from where: groups that are new, lost or set back.</summary>
public sealed class StreamGroupTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    [Fact]
    public async Task N1_a_group_begins_at_the_streams_beginning_and_entries_have_their_effect()
    {
        await Db.LoginAsync("u", "1768727553123-0");
        await Db.LoginAsync("u", "1768727553124-0");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 2);
        Assert.Equal("2026-01-18T09:12:33.124", (string?)await Db.HashGetAsync("state:user:u", "last_login"));
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
    }

    [Fact]
    public async Task N1_a_group_that_is_lost_is_made_again_told_and_nothing_counts_twice()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        for (var i = 0; i < 50; i++) await Db.LoginAsync($"u{i % 5}");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u0", "login_count") == 10);
        await Db.ExecuteAsync("XGROUP", "DESTROY", "events:auth", "event-router-group");
        await Db.LoginAsync("u0");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u0", "login_count") == 11);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(10, await Db.CountAsync("state:user:u1", "login_count"));
        var status = router.Router.Statuses.Single(s => s.Stream == "events:auth");
        Assert.Equal(1, status.Gaps);
        Assert.StartsWith("the consumer group was lost", status.Alarm, StringComparison.Ordinal);
    }

    /// <summary>Another program made both anew, or put another stream in this one's place: the group is there, and is another.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public async Task A_stream_in_whose_place_there_is_another_one_with_a_group_is_told_as_lost(int written)
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        for (var i = 0; i < 5; i++) await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 5);
        await router.PauseAsync();
        for (var i = 0; i < written; i++) await Db.AddAsync("other", "*", "type", "login", "user_id", "u");
        await Db.ExecuteAsync("XGROUP", "CREATE", "other", "event-router-group", "0");
        await Db.ExecuteAsync("RENAME", "other", "events:auth");
        router.IsPaused = false;
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 5 + written);
        var status = router.Router.Statuses.Single(s => s.Stream == "events:auth");
        Assert.StartsWith("the stream was lost", status.Alarm, StringComparison.Ordinal);
        Assert.Equal((1, 0), (status.Gaps, status.LostEntries));
    }

    [Fact]
    public async Task A_stream_that_others_have_emptied_is_no_lost_one()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        for (var i = 0; i < 5; i++) await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 5);
        await Db.ExecuteAsync("XTRIM", "events:auth", "MAXLEN", "0");
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 6);
        var status = router.Router.Statuses.Single(s => s.Stream == "events:auth");
        Assert.Equal((0, 0, null), (status.Gaps, status.LostEntries, status.Alarm));
    }

    [Fact]
    public async Task Entries_of_every_domain_are_read_as_they_come()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(() =>
            Task.FromResult(router.Router.Streams.Count == 4 && router.Router.Streams.All(s => router.Router.Owns(s.Key))));
        await Db.AddAsync("events:chat", "*", "type", "message_complete", "user_id", "u", "job_id", "j");
        await Db.AddAsync("events:scan", "*", "type", "scan_complete", "user_id", "u");
        await Db.AddAsync("events:info", "*", "type", "article_fetched", "user_id", "u");
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () =>
            await Db.CountAsync("stats:user:u", "message_count") == 1 && await Db.CountAsync("stats:user:u", "scan_count") == 1
            && await Db.CountAsync("stats:user:u", "article_count") == 1 && await Db.CountAsync("state:user:u", "login_count") == 1);
    }

    [Fact]
    public async Task N12_a_stream_read_again_from_its_beginning_changes_nothing()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        for (var i = 0; i < 20; i++) await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 20);
        var before = await Db.HashGetAllAsync("state:user:u");
        await Db.ExecuteAsync("XGROUP", "SETID", "events:auth", "event-router-group", "0");
        await Db.LoginAsync("another");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:another", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(before, await Db.HashGetAllAsync("state:user:u"));
    }

    [Fact]
    public async Task D17_the_number_of_shards_counts_as_first_written_and_another_one_is_told()
    {
        await using var first =
            TestRouter.Start(Fixture.Server.Address, RouterSettings.Default with { Shards = new Dictionary<string, int> { ["auth"] = 2 } });
        await Producer.UntilAsync(() => Task.FromResult(first.Router.Streams.Count == 6 && first.Router.Owned.Count == 8));
        await using var second = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(() => Task.FromResult(second.Router.Streams.Count == 6));
        Assert.Null(first.Router.LayoutProblem);
        Assert.StartsWith("auth has 2 shards and not 1", second.Router.LayoutProblem, StringComparison.Ordinal);
    }
}
