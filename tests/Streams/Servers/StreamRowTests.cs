using Hobom.Slices.Streams;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>Defects of the page and of the running project, each as what must not happen here.</summary>
public sealed class StreamRowTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    const string User = "state:user:u";

    [Fact]
    public async Task C8_and_C11_each_states_number_rises_by_one_with_each_entry_and_by_no_other_states()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        for (var n = 1; n <= 5; n++)
        {
            await Db.LoginAsync("u");
            var wanted = n;
            await Producer.UntilAsync(async () => await NumberAsync(router, "u") == wanted);
            await Db.LoginAsync("other");
        }

        await Producer.UntilAsync(async () => await NumberAsync(router, "other") == 5);
        Assert.Equal(5, await NumberAsync(router, "u"));
    }

    [Fact]
    [Trait("row", "C11")]
    public async Task A_redelivery_and_a_logout_count_as_what_they_change()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Db.LoginAsync("u", "1768727553123-0");
        await Db.AddAsync("events:auth", "1768727553124-0", "type", "logout", "user_id", "u");
        await Producer.UntilAsync(async () => await NumberAsync(router, "u") == 2);
        await Db.ExecuteAsync("XGROUP", "SETID", "events:auth", "event-router-group", "0");
        await Db.LoginAsync("other");
        await Producer.UntilAsync(async () => await NumberAsync(router, "other") == 1 && await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(2, await NumberAsync(router, "u"));
    }

    [Fact]
    public async Task C13_a_state_that_is_there_is_read_and_none_and_no_redis_are_answers_too()
    {
        await Db.HashSetAsync(User, "login_count", 3);
        await using var here = RouterFixture.ConnectionTo(Fixture.Server.Address);
        await using var nowhere = RouterFixture.ConnectionTo("127.0.0.1:1");
        var store = new StateStore(here, RouterSettings.Default);
        var found = await store.GetAsync(StateKey.User("u"));
        Assert.Equal("3", found.Match(Right: f => f.Match(h => h["login_count"], () => ""), Left: f => f.Message));
        Assert.True((await store.GetAsync(StateKey.User("nobody"))).Match(Right: f => f.IsNone, Left: _ => false));
        Assert.True((await new StateStore(nowhere, RouterSettings.Default).GetAsync(StateKey.User("u"))).IsLeft);
    }

    [Fact]
    public async Task C15_what_is_delivered_and_not_acknowledged_shows_as_pending()
    {
        await Db.LoginAsync("u", "5-1");
        await Db.StringSetAsync(RouterKeys.Lease("events:auth"), "1 me");
        await using var redis = RouterFixture.ConnectionTo(Fixture.Server.Address);
        var store = new ShardStore(redis, RouterSettings.Default, new ShardStream("auth", "events:auth", 1, new StreamPart.Whole()), "me", "1 me");
        Assert.True((await store.EnsureGroupAsync()).IsRight);
        Assert.True((await store.ReadAsync(10)).IsRight);
        var pending = await Db.StreamPendingMessagesAsync("events:auth", "event-router-group", 10, RedisValue.Null);
        Assert.Equal(("5-1", "hobom:me", 1), ((string)pending.Single().MessageId!, (string)pending[0].ConsumerName!, pending[0].DeliveryCount));
    }

    [Theory]
    [InlineData("login", "user_id", "u")]
    [Trait("row", "N3")]
    public async Task D1_where_the_event_cannot_be_written_nothing_of_the_entry_is_and_all_of_it_later(string type, string field, string value)
    {
        for (var day = 0; day < 6; day++) await Db.LoginAsync("u", $"{1768727553123 + (day * 86_400_000L)}-0");
        await Db.StringSetAsync(StreamLayout.StreakStream, "no stream");
        await using var router = TestRouter.Start(Fixture.Server.Address, RouterSettings.Default with { DeliveryLimit = 50 });
        await Producer.UntilAsync(async () => await Db.CountAsync(User, "login_count") == 6);
        const string seventh = "1769245953123-0";
        await Db.AddAsync("events:auth", seventh, "type", type, field, value);
        await Producer.UntilAsync(async () => await DeliveriesAsync() >= 4);
        Assert.Equal(6, await Db.CountAsync(User, "login_count"));
        Assert.Null(await Db.SortedSetScoreAsync(RouterKeys.Settled("events:auth"), seventh));
        await Db.KeyDeleteAsync(StreamLayout.StreakStream);
        await Producer.UntilAsync(async () => await Db.CountAsync(User, "login_count") == 7);
        Assert.Equal("7", (string?)Assert.Single(await Db.StreamRangeAsync(StreamLayout.StreakStream))["streak_days"]);
    }

    [Fact]
    public async Task D2_and_D15_a_late_effect_reaches_whoever_watches_however_much_came_between()
    {
        await Db.StringSetAsync(User, "no hash");
        await Db.LoginAsync("u", "1768727553123-0");
        await using var router = TestRouter.Start(Fixture.Server.Address, RouterSettings.Default with { DeliveryLimit = 1 });
        await Producer.UntilAsync(async () => await Db.IsBuriedAsync("events:auth", "1768727553123-0"));
        await Db.KeyDeleteAsync(User);
        await Db.LoginAsync("u", "1768827553123-0");
        await Producer.UntilAsync(async () => await NumberAsync(router, "u") == 1);
        var seen = await LookAsync(router, "u");
        for (var i = 0; i < 500; i++) await Db.LoginAsync($"other{i}");
        await new StreamReplay(router.Router.Parts).RunAsync(await router.OrderAsync("events:auth:1768727553123-0"));
        var now = await LookAsync(router, "u");
        Assert.Equal((seen.Epoch, 2), (now.Epoch, now.Number));
        Assert.Equal("2", now.Fields["login_count"]);
    }

    [Fact]
    [Trait("row", "D15")]
    public async Task D11_and_D12_two_entries_of_one_kind_are_two_however_alike_they_are()
    {
        for (var n = 0; n < 3; n++) await Db.AddAsync("events:chat", $"1768727553123-{n}", "type", "feedback", "user_id", "u", "job_id", "j");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("stats:user:u", "feedback_count") == 3);
        Assert.Equal(3, await Db.SortedSetLengthAsync(RouterKeys.Settled("events:chat")));
    }

    [Fact]
    [Trait("row", "D12")]
    public async Task What_follows_an_entry_of_the_same_job_is_never_taken_for_it()
    {
        await Db.AddAsync("events:scan", "1768727553123-0", "type", "scan_start", "user_id", "u", "job_id", "j");
        await Db.AddAsync("events:scan", "1768727553123-1", "type", "scan_complete", "user_id", "u", "job_id", "j");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.HashExistsAsync("state:scan:j", "completed_at"));
        Assert.True(await Db.HashExistsAsync("state:scan:j", "started_at"));
    }

    [Fact]
    public async Task D14_connections_that_are_cut_again_and_again_come_back_without_a_limit()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        for (var cut = 1; cut <= 8; cut++)
        {
            await Db.LoginAsync("u");
            var wanted = cut;
            await Producer.UntilAsync(async () => await Db.CountAsync(User, "login_count") == wanted);
            await Db.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        }

        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync(User, "login_count") == 9);
    }

    [Fact]
    public async Task S1_streams_are_read_by_name_and_none_is_taken_for_a_pattern()
    {
        await Db.AddAsync("events:other", "5-1", "type", "login", "user_id", "u");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync(User, "login_count") == 1);
        Assert.False(await Db.KeyExistsAsync("events:*"));
        Assert.Empty(await Db.StreamGroupInfoAsync("events:other"));
    }

    [Fact]
    public async Task S6_types_are_bytes_on_the_wire_and_one_that_is_no_text_is_no_silent_acknowledgement()
    {
        await Db.ExecuteAsync("XADD", "events:auth", "5-1", "type"u8.ToArray(), "login"u8.ToArray(), "user_id", "u"u8.ToArray());
        await Db.ExecuteAsync("XADD", "events:auth", "5-2", "type", new byte[] { 0xff, 0xfe }, "user_id", "u");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.IsBuriedAsync("events:auth", "5-2"));
        Assert.Equal(1, await Db.CountAsync(User, "login_count"));
    }

    async Task<long> DeliveriesAsync() =>
        (await Db.StreamPendingMessagesAsync("events:auth", "event-router-group", 10, RedisValue.Null)).Sum(m => m.DeliveryCount);

    static async Task<long> NumberAsync(TestRouter router, string user) => (await LookAsync(router, user)).Number;

    static async Task<StateLook> LookAsync(TestRouter router, string user) =>
        (await new StateStore(router.Router.Parts.Redis, RouterSettings.Default).LookAsync(StateKey.User(user)))
            .Match(Right: look => look, Left: failure => throw new InvalidOperationException(failure.Message));
}
