using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.Runtime;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>What is done for the streams now and then: entries whose letters are gone, and what the router itself writes.</summary>
public sealed class StreamsPollerTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    const string First = "1768727553123-0";
    const string Second = "1768727553124-0";

    static readonly RouterSettings Once = RouterSettings.Default with { DeliveryLimit = 1, Retention = null };

    [Fact]
    public async Task An_entry_whose_letter_is_gone_waits_no_longer_and_is_not_taken_for_one_that_was_applied()
    {
        await using var router = await BuriedAsync();
        await Db.KeyDeleteAsync([$"dlq:stream:events:auth:{Second}", $"dlqx:meta:stream:events:auth:{Second}"]);
        await VisitAsync(router);
        Assert.Equal([First], (await Db.HashKeysAsync(RouterKeys.Waiting("events:auth"))).Select(k => (string)k!));

        // It is settled, so that it is not handled again, and was never applied.
        Assert.Equal(2, await Db.SortedSetLengthAsync(RouterKeys.Settled("events:auth")));
        Assert.Equal(new NewerEvent.None(), await NewerEntry.FindAsync(
            router.Redis, StreamLetters.KeyOf("events:auth", EntryId.Parse(First)!.Value), "u"));
        await Db.ExecuteAsync("XGROUP", "SETID", "events:auth", "event-router-group", "0");
        await Db.LoginAsync("other");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:other", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(1, await Db.HashLengthAsync(RouterKeys.Waiting("events:auth")));
    }

    [Fact]
    public async Task The_replay_of_a_letter_that_was_gone_and_is_back_asks_whether_its_entry_was_applied()
    {
        await using var router = await BuriedAsync();
        var order = await router.OrderAsync($"events:auth:{First}");
        await Db.KeyRenameAsync($"dlq:stream:events:auth:{First}", "elsewhere");
        await VisitAsync(router);
        await Db.KeyRenameAsync("elsewhere", $"dlq:stream:events:auth:{First}");
        await Db.KeyDeleteAsync("state:user:u");
        Assert.IsType<Runtime.Delivering.ReplayOutcome.OutcomeUnknown>(await new StreamReplay(router.Router.Parts).RunAsync(order));
        Assert.True(await Db.KeyExistsAsync($"dlq:stream:events:auth:{First}"));
    }

    [Fact]
    public async Task An_entry_whose_letter_was_put_aside_and_can_be_restored_waits_on_and_so_does_a_young_one()
    {
        await using var router = await BuriedAsync(isOld: false);
        var key = StreamLetters.KeyOf("events:auth", EntryId.Parse(Second)!.Value);
        Assert.True((await router.Letters.ActAsync(key, new LetterCommand(LetterAction.Discard, "test", "a test"))).IsRight);
        await Db.KeyDeleteAsync($"dlq:stream:events:auth:{First}");
        await VisitAsync(router);
        Assert.Equal(2, await Db.HashLengthAsync(RouterKeys.Waiting("events:auth")));
        await AgeAsync();
        await VisitAsync(router);
        Assert.Equal([Second], (await Db.HashKeysAsync(RouterKeys.Waiting("events:auth"))).Select(k => (string)k!));
    }

    [Fact]
    public async Task What_the_router_writes_is_trimmed_by_age_and_behind_its_groups()
    {
        for (var i = 1; i <= 6; i++) await Db.AddAsync(StreamLayout.StreakStream, $"{i}000-0", "type", "streak_reached");
        var young = await Db.AddAsync(StreamLayout.StreakStream, "*", "type", "streak_reached");
        await Db.ExecuteAsync("XGROUP", "CREATE", StreamLayout.StreakStream, "slow", "2000-0");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(() => Task.FromResult(router.Router.Streams.Count > 0));
        await VisitAsync(router);
        Assert.Equal("3000-0", (string?)(await Db.StreamRangeAsync(StreamLayout.StreakStream))[0].Id);
        await Db.ExecuteAsync("XGROUP", "DESTROY", StreamLayout.StreakStream, "slow");
        await VisitAsync(router);
        Assert.Equal([young], (await Db.StreamRangeAsync(StreamLayout.StreakStream)).Select(e => (string)e.Id!));
    }

    /// <summary>Two logins of one user that became letters a while ago.</summary>
    async Task<TestRouter> BuriedAsync(bool isOld = true)
    {
        await Db.StringSetAsync("state:user:u", "no hash");
        await Db.LoginAsync("u", First);
        await Db.LoginAsync("u", Second);
        var router = TestRouter.Start(Fixture.Server.Address, Once);
        await Producer.UntilAsync(async () => await Db.IsBuriedAsync("events:auth", First) && await Db.IsBuriedAsync("events:auth", Second));
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        if (isOld) await AgeAsync();
        return router;
    }

    async Task AgeAsync()
    {
        foreach (var field in await Db.HashGetAllAsync(RouterKeys.Waiting("events:auth")))
            await Db.HashSetAsync(RouterKeys.Waiting("events:auth"), field.Name, (long)field.Value - 600_001);
    }

    /// <summary>Of a poller that has not visited before.</summary>
    static async Task VisitAsync(TestRouter router) =>
        Assert.Null((await new StreamsPoller(router.Router).VisitAsync(CancellationToken.None)).Problem);
}
