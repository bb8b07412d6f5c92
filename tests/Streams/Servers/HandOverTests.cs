using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>What goes from one process to another: on a stop, and after a death.</summary>
public sealed class HandOverTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    /// <summary>A lease that outlives the test: whoever goes on was given the stream, and did not wait for its end.</summary>
    static readonly RouterSettings LongLeases = RouterSettings.Default with { LeaseLife = TimeSpan.FromMinutes(30) };

    [Fact]
    public async Task N7_a_clean_stop_leaves_nothing_pending_and_another_goes_on_without_waiting_for_the_lease()
    {
        await using var first = TestRouter.Start(Fixture.Server.Address, LongLeases);
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        await using var second = TestRouter.Start(Fixture.Server.Address, LongLeases);
        await Producer.UntilAsync(() => Task.FromResult(second.Router.Statuses.Count == 2), describe: () =>
            Task.FromResult($"{second.Router.Statuses.Count}"));
        await first.StopAsync();
        Assert.Equal(0, await Db.PendingAsync("events:auth"));
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 2);
        await Producer.UntilAsync(() => Task.FromResult(second.Router.Streams.All(s => second.Router.Owns(s.Key))));
    }

    /// <summary>Entries in hand that are not done, a failed one among them, are the other's at once.</summary>
    [Fact]
    public async Task N7_what_a_stopped_process_had_in_hand_is_handed_over_too()
    {
        await Db.StringSetAsync("state:user:poison", "no hash");
        await Db.LoginAsync("poison", "5-1");
        var patient = LongLeases with { DeliveryLimit = 100 };
        await using var first = TestRouter.Start(Fixture.Server.Address, patient);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 1);
        await using var second = TestRouter.Start(Fixture.Server.Address, patient);
        await first.StopAsync();
        await Db.KeyDeleteAsync("state:user:poison");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:poison", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
    }

    [Fact]
    [Trait("row", "D7")]
    public async Task N8_what_a_dead_process_left_pending_is_taken_over_to_the_last_entry()
    {
        for (var i = 0; i < 3000; i++) _ = Db.ExecuteAsync("XADD", "events:auth", "*", "type", "login", "user_id", $"u{i % 10}");
        await Db.PingAsync();
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "event-router-group", "0");
        await Db.ExecuteAsync("XREADGROUP", "GROUP", "event-router-group", "hobom:dead", "COUNT", "3000", "STREAMS", "events:auth", ">");
        Assert.Equal(3000, await Db.PendingAsync("events:auth"));
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        for (var i = 0; i < 10; i++) Assert.Equal(300, await Db.CountAsync($"state:user:u{i}", "login_count"));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public async Task D6_an_entry_whose_process_died_with_it_is_tried_alone_and_not_beyond_the_limit(int deliveries, bool isApplied)
    {
        await Db.LoginAsync("u", "5-1");
        await Db.LoginAsync("v", "5-2");
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "event-router-group", "0");
        await Db.ExecuteAsync("XREADGROUP", "GROUP", "event-router-group", "hobom:dead", "COUNT", "2", "STREAMS", "events:auth", ">");
        await Db.ExecuteAsync("XCLAIM", "events:auth", "event-router-group", "hobom:dead", "0", "5-1", "RETRYCOUNT", $"{deliveries}");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:v", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(isApplied ? 1 : 0, await Db.CountAsync("state:user:u", "login_count"));
        Assert.Equal(!isApplied, await Db.HashExistsAsync("router:waiting:events:auth", "5-1"));
    }

    [Fact]
    public async Task S5_another_programs_entry_is_left_to_it_while_it_may_be_at_work()
    {
        await Db.LoginAsync("u", "5-1");
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "event-router-group", "0");
        await Db.ExecuteAsync("XREADGROUP", "GROUP", "event-router-group", "stranger", "STREAMS", "events:auth", ">");
        await Db.LoginAsync("v", "5-2");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:v", "login_count") == 1);
        Assert.Equal(1, await Db.PendingAsync("events:auth"));
        Assert.Equal(0, await Db.CountAsync("state:user:u", "login_count"));
    }

    [Fact]
    public async Task N9_what_is_held_waits_however_often_its_stream_changes_hands()
    {
        await Db.AddAsync("events:auth", "5-1", "type", "signup", "user_id", "u");
        var holding = LongLeases with
        {
            DeliveryLimit = 2, Unknown = new Dictionary<string, UnknownTypePolicy> { ["auth"] = UnknownTypePolicy.Hold },
        };
        for (var process = 0; process < 4; process++)
        {
            await using var router = TestRouter.Start(Fixture.Server.Address, holding);
            await Producer.UntilAsync(() => Task.FromResult(router.Router.Statuses.Any(s => s.Held == 1)));
            await router.StopAsync();
            Assert.Equal(1, await Db.PendingAsync("events:auth"));
        }

        await using var knows = TestRouter.Start(Fixture.Server.Address, LongLeases, new HandlerRegistry(
        [
            EntryHandler.OfUser("auth", "signup", (_, user) => Changes.Of(new StateChange.Add(StateKey.User(user), "signups", 1))),
        ]));
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "signups") == 1);
    }

    /// <summary>One delivery is all that an entry gets here: one that nobody tried is none.</summary>
    [Fact]
    public async Task What_a_stopped_process_had_read_ahead_and_not_tried_is_the_others_whatever_the_limit()
    {
        using var gate = new ManualResetEventSlim();
        var handlers = new HandlerRegistry(
        [
            EntryHandler.OfUser("auth", "login", (_, user) =>
            {
                Assert.True(gate.Wait(TimeSpan.FromMinutes(1)));
                return Changes.Of(new StateChange.Add(StateKey.User(user), "count", 1));
            }),
        ]);
        var once = LongLeases with { DeliveryLimit = 1, ReadCount = 2 };
        for (var i = 1; i <= 6; i++) await Db.LoginAsync("u", $"5-{i}");
        await using (var first = await LoneWorker.StartAsync(Fixture, once, handlers))
        {
            await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 4);
            first.TellToStop();
            gate.Set();
        }

        Assert.Equal((2, 2), (await Db.PendingAsync("events:auth"), await Db.CountAsync("state:user:u", "count")));
        await Db.KeyDeleteAsync(RouterKeys.Lease("events:auth"));
        await using var second = TestRouter.Start(Fixture.Server.Address, once, handlers);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "count") == 6);
        Assert.Equal(0, await Db.HashLengthAsync("router:waiting:events:auth"));
    }
}
