using Hobom.Slices.Streams;
using Hobom.Slices.Tests.Support;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>Redis goes away, comes back with and without its data, or takes no writes.</summary>
public sealed class RedisTroubleTests : IAsyncLifetime
{
    RedisServer server = null!;
    IDatabase db = null!;

    public async Task InitializeAsync()
    {
        server = await RedisServer.StartedAsync("--appendfsync", "always");
        db = (await ConnectionMultiplexer.ConnectAsync($"{server.Address},allowAdmin=true,abortConnect=false,asyncTimeout=60000")).GetDatabase();
    }

    public async Task DisposeAsync()
    {
        await db.Multiplexer.CloseAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task N11_a_redis_that_is_killed_and_comes_back_with_its_data_costs_nothing_and_doubles_nothing()
    {
        await using var router = TestRouter.Start(server.Address);
        for (var i = 0; i < 500; i++) await db.LoginAsync($"u{i % 7}");
        await server.KillAsync();
        await server.StartAsync();
        await AnswersAsync();
        await db.LoginAsync("u0");
        await Producer.UntilAsync(async () => await db.PendingAsync("events:auth") == 0 && await SumAsync(7) == 501, 120, async () =>
            $"{await SumAsync(7)}");
        Assert.Equal(0, router.Router.Statuses.Sum(s => s.Gaps));
    }

    [Fact]
    public async Task D13_a_redis_that_comes_back_empty_is_told_as_a_gap_and_work_goes_on()
    {
        await using var router = TestRouter.Start(server.Address);
        await db.LoginAsync("u");
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == 1);
        await db.ExecuteAsync("FLUSHALL");
        await Producer.UntilAsync(() => Task.FromResult(router.Router.Statuses.Sum(s => s.Gaps) > 0), 120);
        await db.LoginAsync("u");
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == 1, 120);
        Assert.StartsWith("the stream was lost", router.Router.Statuses.Single(s => s.Stream == "events:auth").Alarm,
            StringComparison.Ordinal);
        Assert.Equal(1, await db.CountAsync(RouterKeys.Layout, "auth"));
    }

    [Fact]
    public async Task D13_who_had_a_stream_of_a_redis_that_comes_back_empty_tells_it_once_whoever_takes_it_next()
    {
        await using var one = TestRouter.Start(server.Address);
        await using var other = TestRouter.Start(server.Address);
        TestRouter[] both = [one, other];
        bool AreSpread() => both.All(r => r.Router.Streams.Count(s => r.Router.Owns(s.Key)) == 2);
        await Producer.UntilAsync(() => Task.FromResult(AreSpread()));
        await db.LoginAsync("u");
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == 1);
        var had = both.Single(r => r.Router.Owns("events:auth"));
        await Producer.UntilAsync(async () =>
            ((string?)await db.HashGetAsync(RouterKeys.Facts("events:auth"), "seen"))?.StartsWith("1 0 ", StringComparison.Ordinal) is true);
        await db.ExecuteAsync("FLUSHALL");
        await Producer.UntilAsync(() => Task.FromResult(had.Router.Statuses.Any(s => s is { Stream: "events:auth", Gaps: 1 })), 120);
        await db.LoginAsync("u");
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == 1, 120);
        await Producer.UntilAsync(() => Task.FromResult(AreSpread()));
        Assert.Equal(1, both.Sum(r => r.Router.Statuses.Sum(s => s.Gaps)));
    }

    /// <summary>Producers do not wait: the stream that is looked at next has entries, and ids that are younger than the lost ones.</summary>
    [Theory]
    [InlineData("DEL events:auth", 2)]
    [InlineData("FLUSHALL", 1)]
    public async Task D13_a_stream_that_is_lost_with_unread_entries_and_written_to_at_once_is_told_with_their_number(string loss, int logins)
    {
        await using var router = TestRouter.Start(server.Address);
        await db.LoginAsync("u");
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == 1);
        await router.PauseAsync();
        for (var i = 0; i < 3; i++) await db.LoginAsync("u");
        await Producer.UntilAsync(async () =>
            ((string?)await db.HashGetAsync(RouterKeys.Facts("events:auth"), "seen"))?.StartsWith("4 3 0 ", StringComparison.Ordinal) is true);
        var step = db.CreateTransaction();
        var words = loss.Split(' ');
        _ = step.ExecuteAsync(words[0], [.. words[1..]]);
        _ = step.ExecuteAsync("XADD", "events:auth", "*", "type", "login", "user_id", "u");
        await step.ExecuteAsync();
        router.IsPaused = false;
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == logins, 120);
        await Producer.UntilAsync(() => Task.FromResult(router.Router.Statuses.Sum(s => s.Gaps) > 0), 120);
        var status = router.Router.Statuses.Single(s => s.Stream == "events:auth");
        Assert.StartsWith("the stream was lost", status.Alarm, StringComparison.Ordinal);
        Assert.Equal((1, 3), (status.Gaps, status.LostEntries));
        Assert.Equal(3, await db.CountAsync(RouterKeys.Facts("events:auth"), "lost"));
    }

    [Fact]
    public async Task N11_a_redis_without_memory_takes_nothing_half_and_all_once_there_is_room()
    {
        await using var router = TestRouter.Start(server.Address);
        await db.LoginAsync("u");
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == 1);
        await router.PauseAsync();
        for (var i = 0; i < 20; i++) await db.LoginAsync("u");
        await db.ExecuteAsync("CONFIG", "SET", "maxmemory", "1mb");
        router.IsPaused = false;
        await Producer.UntilAsync(() =>
            Task.FromResult(router.Router.Statuses.Any(s => s.Problem?.Contains("OOM", StringComparison.Ordinal) == true)), 120);
        Assert.Equal(1, await db.CountAsync("state:user:u", "login_count"));
        await db.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == 21, 120);
        await Producer.UntilAsync(async () => await db.PendingAsync("events:auth") == 0);
        Assert.Equal(0, await db.HashLengthAsync("router:waiting:events:auth"));
    }

    [Fact]
    public async Task D18_a_replica_is_written_to_by_nobody_and_work_goes_on_when_it_is_a_master_again()
    {
        await using var router = TestRouter.Start(server.Address);
        await db.LoginAsync("u");
        await Producer.UntilAsync(async () => await db.CountAsync("state:user:u", "login_count") == 1);
        await db.LoginAsync("u");
        await db.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
        await Task.Delay(500);
        await db.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await Producer.UntilAsync(async () => await CountsTwoAsync(), 120);
    }

    async Task<bool> CountsTwoAsync()
    {
        try
        {
            return await db.CountAsync("state:user:u", "login_count") == 2;
        }
        catch (Exception away) when (away is RedisException or TimeoutException)
        {
            return false;
        }
    }

    async Task<long> SumAsync(int users)
    {
        var sum = 0L;
        for (var i = 0; i < users; i++) sum += await db.CountAsync($"state:user:u{i}", "login_count");
        return sum;
    }

    Task AnswersAsync() => Producer.UntilAsync(async () =>
    {
        try
        {
            await db.PingAsync();
            return true;
        }
        catch (Exception away) when (away is RedisException or TimeoutException)
        {
            return false;
        }
    });
}
