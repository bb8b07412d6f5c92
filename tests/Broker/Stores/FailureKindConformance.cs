using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What failed is kept with the handling as long as its error is.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task What_failed_is_kept_with_its_error_and_goes_with_it()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c");
        await Store.CloseAsync(held[0], new TryEnd.RetryAt(Noon, "late") { Kind = FailureKind.TimedOut });
        await Store.CloseAsync(held[1], new TryEnd.Dead("422") { Kind = FailureKind.Refused });
        await Store.CloseAsync(held[2], new TryEnd.HandBack(Noon, "version 9") { Kind = FailureKind.Schema });
        Assert.Equal([FailureKind.TimedOut, FailureKind.Refused, FailureKind.Schema], [await KindAsync("e1"), await KindAsync("e2"), await KindAsync("e3")]);

        held = await Store.ClaimAsync("c");
        Assert.Equal(FailureKind.TimedOut, await KindAsync("e1"));
        await Store.CloseAsync(held[0], new TryEnd.Done());
        await Store.CloseAsync(held[1], new TryEnd.HandBack(Noon, null));
        Assert.Equal([null, FailureKind.Schema], [await KindAsync("e1"), await KindAsync("e3")]);

        var dead = Assert.Single(await Store.Dead.List(new DeadFilter(), 9, default).Right());
        Assert.Equal(FailureKind.Refused, dead.Handling.Kind);
        Assert.True(await Store.Dead.Revive(dead.Handling.Id, default, Noon, default).Right());
        Assert.Equal(FailureKind.Refused, await KindAsync("e2"));
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        Assert.Null(await KindAsync("e2"));
    }

    [Fact]
    public async Task Who_gets_a_handling_again_learns_that_a_try_of_it_failed_whether_it_counts_or_not()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c");
        Assert.All(held, h => Assert.False(h.HasFailed));
        await Store.CloseAsync(held[0], new TryEnd.RetryAt(Noon, "late"));
        await Store.CloseAsync(held[1], new TryEnd.HandBack(Noon, "the consumer is down"));
        await Store.CloseAsync(held[2], new TryEnd.HandBack(Noon, null));
        held = await Store.ClaimAsync("c");
        Assert.Equal([(2, true), (1, true), (1, false)], held.Select(h => (h.Attempt, h.HasFailed)));
    }

    [Theory]
    [InlineData("letter")]
    [InlineData("event")]
    [InlineData("range")]
    public async Task What_was_not_done_and_is_replayed_still_tells_of_its_failure_and_what_was_done_is_as_new(string way)
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c");
        await Store.CloseAsync(held[0], new TryEnd.RetryAt(Noon, "late"));
        await Store.CloseAsync(held[1], new TryEnd.Dead("late"));
        await Store.CloseAsync(held[2], new TryEnd.Dead("late"));
        await Store.CloseAsync(Assert.Single(await Store.ClaimAsync("c")), new TryEnd.Done());
        Assert.True(await Store.Operate.Discard(new EventIdentity("tests", "e3"), "c", Noon, default).Right());
        var later = Noon.AddHours(1);
        if (way == "letter")
        {
            var dead = Assert.Single(await Store.Dead.List(new DeadFilter(), 9, default).Right());
            Assert.True(await Store.Dead.Revive(dead.Handling.Id, default, later, default).Right());
        }

        foreach (var id in way == "event" ? ["e1", "e2", "e3"] : Array.Empty<string>())
            Assert.True(await Store.Operate.Replay(new EventIdentity("tests", id), "c", later, default).Right());
        if (way == "range")
        {
            await TellAsync((await PlanAsync("c")).Id, ReplayOrderWord.Start);
            await Store.Replays.Step(later, default).Right();
        }

        (string, int, bool, DateTimeOffset)[] given =
        [
            .. (await Store.ClaimAsync("c", now: later)).Select(h => (h.Event.Id, h.Attempt, h.HasFailed, h.FirstTriedAt)),
        ];
        Assert.Equal(
            way == "letter" ? [("e2", 1, true, Noon)] : [("e1", 1, false, later), ("e2", 1, true, Noon), ("e3", 1, true, Noon)], given);
    }

    [Fact]
    public async Task A_failure_of_a_kind_that_nobody_told_is_not_taken_for_the_one_before()
    {
        await ThreeForAsync("c");
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.RetryAt(Noon, "late") { Kind = FailureKind.TimedOut });
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Dead("no"));
        Assert.Null(await KindAsync("e1"));
        Assert.True(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "c", Noon, default).Right());
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Dead("no") { Kind = FailureKind.Threw });
        Assert.True(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "c", Noon, default).Right());
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Dead("no"));
        Assert.Null(await KindAsync("e1"));
    }

    async Task<FailureKind?> KindAsync(string id) => (await Store.OneAsync(id)).Handlings[0].Kind;
}
