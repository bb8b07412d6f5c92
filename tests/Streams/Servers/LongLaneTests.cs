using Hobom.Slices.Streams;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>One key that cannot take its changes, with more entries than anybody would keep in hand.</summary>
public sealed class LongLaneTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    const int Backlog = 3000;
    const string Bad = "bad";

    /// <summary>It fails again and again, and never so often that it becomes a letter.</summary>
    static readonly RouterSettings Patient = RouterSettings.Default with { DeliveryLimit = 1000, LeaseLife = TimeSpan.FromSeconds(2) };

    /// <summary>Of a stream that one process handles, and of a shard of one that is dealt out.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("row", "N4")]
    public async Task A_key_that_cannot_go_on_holds_up_nobody_else_whatever_it_has_before_it_and_its_order_holds(int shards)
    {
        var settings = Patient with { Shards = new Dictionary<string, int> { ["auth"] = shards } };
        var good = Enumerable.Range(0, 1000).Select(n => $"good{n}").First(user => IsBeside(user, shards));
        await Db.StringSetAsync($"state:user:{Bad}", "no hash");
        await Task.WhenAll(Enumerable.Range(0, Backlog).Select(_ => Db.LoginAsync(Bad)));
        await Db.LoginAsync(good);
        await using (var first = TestRouter.Start(Fixture.Server.Address, settings, OrderRecorder.Handlers))
        {
            await Producer.UntilAsync(async () => await Db.CountAsync($"state:user:{good}", "count") == 1);
            await Producer.UntilAsync(async () => (await PendingAsync()).Count(p => p.DeliveryCount == 0) > Backlog / 2);
            Assert.Equal(Backlog, await Db.PendingAsync("events:auth"));
            var before = await ReadsAsync();
            await Producer.UntilAsync(async () => (await PendingAsync())[0].DeliveryCount >= 6);
            Assert.InRange(await ReadsAsync() - before, 0, 100);
        }

        // What nobody tried was not delivered.
        Assert.All((await PendingAsync()).Skip(1), p => Assert.Equal(0, p.DeliveryCount));
        await using var second = TestRouter.Start(Fixture.Server.Address, settings, OrderRecorder.Handlers);
        await Db.LoginAsync(good);
        await Producer.UntilAsync(async () => await Db.CountAsync($"state:user:{good}", "count") == 2);
        await Db.KeyDeleteAsync($"state:user:{Bad}");
        await Db.LoginAsync(Bad);
        await Producer.UntilAsync(async () => await Db.CountAsync($"state:user:{Bad}", "count") == Backlog + 1);
        await OrderRecorder.AssertOrderAsync(Db, Backlog + 3);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
    }

    /// <summary>Of the same owner, and of another lane.</summary>
    static bool IsBeside(string user, int shards) =>
        ShardHash.ShardOf(user, shards) == ShardHash.ShardOf(Bad, shards)
        && ShardHash.LaneOf(user, shards, BatchHandling.Lanes) != ShardHash.LaneOf(Bad, shards, BatchHandling.Lanes);

    Task<StreamPendingMessageInfo[]> PendingAsync() =>
        Db.StreamPendingMessagesAsync("events:auth", "event-router-group", Backlog * 2, RedisValue.Null);

    /// <summary>How often somebody asked for new entries, or waited for them.</summary>
    async Task<long> ReadsAsync()
    {
        var stats = ((string)(await Db.ExecuteAsync("INFO", "commandstats"))!).Split('\n');
        return stats.Where(l => l.StartsWith("cmdstat_xread:", StringComparison.Ordinal) || l.StartsWith("cmdstat_xreadgroup:", StringComparison.Ordinal))
            .Sum(l => long.Parse(l.Split("calls=")[1].Split(',')[0]));
    }
}
