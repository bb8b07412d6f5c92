using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>One plain stream whose shards several processes own: read once, dealt out by key, handled by the shard's owner.</summary>
public sealed class DealtStreamTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    static readonly RouterSettings Split = RouterSettings.Default with
    {
        Shards = new Dictionary<string, int> { ["auth"] = 4 }, Retention = null, LeaseLife = TimeSpan.FromSeconds(2),
    };

    [Fact]
    public async Task N6_three_processes_share_one_stream_and_each_keys_order_holds_though_one_is_killed_and_one_stopped()
    {
        const int entries = 12_000;
        await using var first = TestRouter.Start(Fixture.Server.Address, Split, OrderRecorder.Handlers);
        await using var second = TestRouter.Start(Fixture.Server.Address, Split, OrderRecorder.Handlers);
        await using var third = TestRouter.Start(Fixture.Server.Address, Split, OrderRecorder.Handlers);
        TestRouter[] all = [first, second, third];
        await Producer.UntilAsync(() => Task.FromResult(all.Count(r => SlicesOf(r) >= 1) >= 2 && all.Sum(SlicesOf) == 4));
        var producing = ProduceAsync(entries);
        await Producer.UntilAsync(async () => await HandledAsync() > 3_000, 120);
        Assert.True(all.Count(r => r.Router.Statuses.Any(s => s.Stream.Contains('#', StringComparison.Ordinal) && s.Applied > 0)) >= 2);
        await first.KillAsync();
        await Producer.UntilAsync(async () => await HandledAsync() > 6_000, 120);
        await second.StopAsync();
        await producing;
        await Producer.UntilAsync(async () => await HandledAsync() == entries, 120, async () => $"{await HandledAsync()} handled");
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        await OrderRecorder.AssertOrderAsync(Db, entries);
    }

    [Fact]
    public async Task What_was_read_and_not_dealt_out_is_dealt_out_first()
    {
        for (var i = 0; i < 40; i++) await Db.LoginAsync($"u{i % 4}");
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "event-router-group", "0");
        await Db.ExecuteAsync("XREADGROUP", "GROUP", "event-router-group", "hobom:dead", "COUNT", "30", "STREAMS", "events:auth", ">");
        await using var router = TestRouter.Start(Fixture.Server.Address, Split, OrderRecorder.Handlers);
        await Producer.UntilAsync(async () => await HandledAsync() == 40);
        await OrderRecorder.AssertOrderAsync(Db, 40);
    }

    [Fact]
    public async Task A_group_that_is_lost_is_dealt_out_anew_and_nothing_counts_twice()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address, Split);
        for (var i = 0; i < 50; i++) await Db.LoginAsync($"u{i % 5}");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u0", "login_count") == 10);
        await Db.ExecuteAsync("XGROUP", "DESTROY", "events:auth", "event-router-group");
        for (var i = 0; i < 5; i++) await Db.LoginAsync($"u{i}");
        for (var i = 0; i < 5; i++)
        {
            var user = $"state:user:u{i}";
            await Producer.UntilAsync(async () => await Db.CountAsync(user, "login_count") == 11);
        }

        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(1, router.Router.Statuses.Single(s => s.Stream == "events:auth").Gaps);
    }

    [Fact]
    [Trait("row", "S9")]
    public async Task An_entry_that_fails_holds_up_its_own_shard_only_and_becomes_a_dead_letter()
    {
        await Db.StringSetAsync("state:user:poison", "no hash");
        await Db.LoginAsync("poison", "5-1");
        for (var i = 0; i < 20; i++) await Db.LoginAsync($"u{i}", $"6-{i}");
        await using var router = TestRouter.Start(Fixture.Server.Address, Split);
        await Producer.UntilAsync(async () => await Db.IsBuriedAsync("events:auth", "5-1"));
        for (var i = 0; i < 20; i++) Assert.Equal(1, await Db.CountAsync($"state:user:u{i}", "login_count"));
        var letter = RouterLetters.Record(await router.LetterAsync("events:auth:5-1"));
        Assert.EndsWith("(delivered 5 times)", letter.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_deleted_after_it_was_dealt_out_is_counted_as_lost()
    {
        await using var router = TestRouter.Start(Fixture.Server.Address, Split);
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        await router.PauseAsync();
        var shard = ShardHash.ShardOf("u", 4);
        var id = await Db.LoginAsync("u");
        await Db.ExecuteAsync(
            "XREADGROUP", "GROUP", "event-router-group", RouterKeys.ShardConsumer(shard), "COUNT", "1", "STREAMS", "events:auth", ">");
        await Db.ExecuteAsync("XDEL", "events:auth", id);
        router.IsPaused = false;
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 2);
        await Producer.UntilAsync(() => Task.FromResult(router.Router.Statuses.Sum(s => s.LostEntries) == 1));
        Assert.Equal(0, await Db.PendingAsync("events:auth"));
    }

    static int SlicesOf(TestRouter router) =>
        router.Router.Owned.Count(s => s.Part is StreamPart.Slice && router.Router.Owns(s.Name));

    Task<long> HandledAsync() => Db.StreamLengthAsync(OrderRecorder.Stream);

    async Task ProduceAsync(int entries)
    {
        for (var i = 0; i < entries; i += 500)
        {
            await Task.WhenAll(Enumerable.Range(i, 500).Select(n => Db.LoginAsync($"u{n % 40}")));
            await Task.Delay(20);
        }
    }
}
