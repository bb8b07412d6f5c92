using Hobom.Slices.Streams;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>Several routers on one Redis, some of which die.</summary>
public sealed class SeveralProcessesTests(RouterFixture fixture) : IClassFixture<RouterFixture>, IAsyncLifetime
{
    static readonly RouterSettings Split = RouterSettings.Default with
    {
        Shards = new Dictionary<string, int> { ["auth"] = 6 }, Retention = null, LeaseLife = TimeSpan.FromSeconds(2),
    };

    IDatabase Db => fixture.Plain;

    public Task InitializeAsync() => fixture.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task D3_three_processes_handle_50_000_entries_in_order_though_one_is_killed_and_one_is_stopped()
    {
        const int entries = 50_000;
        await using var first = TestRouter.Start(fixture.Server.Address, Split, OrderRecorder.Handlers);
        await using var second = TestRouter.Start(fixture.Server.Address, Split, OrderRecorder.Handlers);
        await using var third = TestRouter.Start(fixture.Server.Address, Split, OrderRecorder.Handlers);
        var all = new[] { first, second, third };
        await Producer.UntilAsync(() => Task.FromResult(all.All(r => OwnedBy(r) >= 4)), describe: () =>
            Task.FromResult(string.Join(' ', all.Select(OwnedBy))));

        var producing = ProduceAsync(entries);
        await Producer.UntilAsync(async () => await HandledAsync() > 10_000, 120);
        await first.KillAsync();
        await Producer.UntilAsync(async () => await HandledAsync() > 25_000, 120);
        await second.StopAsync();
        await producing;
        await Producer.UntilAsync(async () => await HandledAsync() == entries, 120, async () => $"{await HandledAsync()} handled");
        await Producer.UntilAsync(() => NothingPendingAsync());
        await OrderRecorder.AssertOrderAsync(Db, entries);
    }

    [Fact]
    public async Task N6_one_keys_order_holds_while_processes_come_and_go()
    {
        const int entries = 10_000;
        var producing = ProduceAsync(entries, users: 1);
        for (var round = 0; round < 4; round++)
        {
            await using var one = TestRouter.Start(fixture.Server.Address, Split, OrderRecorder.Handlers);
            var before = await HandledAsync();
            await Producer.UntilAsync(async () => await HandledAsync() > before || before == entries, 120);
            await using var two = TestRouter.Start(fixture.Server.Address, Split, OrderRecorder.Handlers);
            await Task.Delay(300);
            if (round % 2 == 0) await one.KillAsync();
        }

        await producing;
        await using var last = TestRouter.Start(fixture.Server.Address, Split, OrderRecorder.Handlers);
        await Producer.UntilAsync(async () => await HandledAsync() == entries, 120, async () => $"{await HandledAsync()} handled");
        await Producer.UntilAsync(() => NothingPendingAsync());
        await OrderRecorder.AssertOrderAsync(Db, entries);
    }

    [Fact]
    public async Task N2_processes_that_are_killed_at_any_moment_never_make_a_counter_wrong()
    {
        var chance = new Random(20261126);
        const int entries = 6_000;
        var producing = ProduceAsync(entries);
        for (var round = 0; round < 25; round++)
        {
            await using var router =
                TestRouter.Start(fixture.Server.Address, Split with { LeaseLife = TimeSpan.FromMilliseconds(300) }, OrderRecorder.Handlers);
            await Task.Delay(chance.Next(20, 400));
            await router.KillAsync();
        }

        await producing;
        await using var last = TestRouter.Start(fixture.Server.Address, Split, OrderRecorder.Handlers);
        await Producer.UntilAsync(async () => await HandledAsync() == entries, 120, async () => $"{await HandledAsync()} handled");
        await Producer.UntilAsync(() => NothingPendingAsync());
        await OrderRecorder.AssertOrderAsync(Db, entries);
    }

    [Fact]
    public async Task D5_consumers_are_removed_when_gone_and_only_with_nothing_pending()
    {
        await Db.LoginAsync("u");
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "event-router-group", "0");
        await Db.ExecuteAsync("XREADGROUP", "GROUP", "event-router-group", "hobom:busy", "STREAMS", "events:auth", ">");
        await Db.ExecuteAsync("XGROUP", "CREATECONSUMER", "events:auth", "event-router-group", "hobom:gone");
        await Task.Delay(50);
        var registry = new RouterRegistry(RouterFixture.ConnectionTo(fixture.Server.Address), "me", TimeSpan.FromSeconds(5));
        Assert.Equal(1, (await registry.TidyAsync("events:auth", "event-router-group", TimeSpan.FromMilliseconds(20), "hobom:me"))
            .Match(removed => removed, failure => throw new InvalidOperationException(failure.Message)));
        Assert.Equal(["hobom:busy"], (await Db.StreamConsumerInfoAsync("events:auth", "event-router-group")).Select(c => c.Name));
    }

    static int OwnedBy(TestRouter router) => router.Router.Owned.Count(s => router.Router.Owns(s.Name));

    Task<long> HandledAsync() => Db.StreamLengthAsync(OrderRecorder.Stream);

    async Task<bool> NothingPendingAsync()
    {
        foreach (var stream in StreamLayout.PartsOf("auth", 6))
            if (await Db.PendingAsync(stream.Key) != 0) return false;
        return true;
    }

    /// <summary>In pieces, as a producer's pipeline would; into the shard of each user.</summary>
    async Task ProduceAsync(int entries, int users = 40)
    {
        for (var i = 0; i < entries; i += 500)
        {
            await Task.WhenAll(Enumerable.Range(i, Math.Min(500, entries - i)).Select(n =>
            {
                var user = $"u{n % users}";
                return Db.AddAsync(StreamLayout.KeyFor("auth", user, 6), "*", "type", "login", "user_id", user);
            }));
            await Task.Delay(20);
        }
    }
}
