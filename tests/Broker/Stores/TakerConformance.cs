using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>New handlings that are leased as they are routed.</summary>
public abstract partial class StoreConformance
{
    /// <summary>A store need not: then what is routed waits for a claim.</summary>
    protected virtual bool LeasesAsItRoutes => true;

    [Fact]
    public async Task A_taker_gets_the_oldest_that_it_has_room_for_and_the_others_wait()
    {
        await ThreeUnroutedAsync(Consumer("c"), Consumer("other"));
        var routed = await RouteToAsync(Taker("c", limit: 2), Taker("nobody", limit: 9));
        string[] expected = LeasesAsItRoutes ? ["e1", "e2"] : [];
        Assert.Equal(3, routed.Looked);
        Assert.Equal(expected, routed.Claimed.Select(c => c.Event.Id));
        Assert.All(routed.Claimed, c => Assert.Equal(("c", 1, Noon), (c.Consumer, c.Attempt, c.FirstTriedAt)));
        Assert.All(routed.Claimed, c => Assert.True(c.Event.Payload.Exists(p => p.Span.SequenceEqual("{}"u8))));
        Assert.Equal(3 - expected.Length, (await Store.ClaimAsync("c")).Count);
        Assert.Equal(3, (await Store.ClaimAsync("other")).Count);
    }

    [Fact]
    public async Task What_a_taker_got_is_held_as_if_it_were_claimed()
    {
        await ThreeUnroutedAsync(Consumer("c"));
        var taken = (await RouteToAsync(Taker("c", limit: 3))).Claimed;
        if (!LeasesAsItRoutes) taken = await Store.ClaimAsync("c");
        Assert.Equal(3, (await Store.Renew([.. taken.Select(t => new LeaseRef(t.HandlingId, t.Token))], Noon + Lease, default).Right()).Count);
        Assert.True(await Store.CloseAsync(taken[0], new TryEnd.Done()));
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
        Assert.Empty(await Store.ClaimAsync("c", expired: true, now: Noon + Lease - TimeSpan.FromSeconds(1)));
        var late = await Store.ClaimAsync("c", expired: true, now: Noon + Lease, owner: "p2");
        Assert.Equal(["e2", "e3"], late.Select(c => c.Event.Id));
        Assert.All(late, c => Assert.Equal(2, c.Attempt));
        Assert.False(await Store.CloseAsync(taken[1], new TryEnd.Done()));
    }

    [Fact]
    public async Task Nothing_is_taken_at_once_that_is_early_or_whose_consumer_is_paused_or_keeps_an_order()
    {
        await Store.Consumers.Save(Consumer("paused"), default).Right();
        await Store.Consumers.SetState("paused", new ConsumerState.Paused("by hand", null), default).Right();
        await Store.Consumers.Save(Consumer("ordered", ordered: true), default).Right();
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.AppendAsync(Event("e1", key: "k") with { AvailableAt = Noon.AddSeconds(1) }, Event("e2", key: "k"));
        var routed = await RouteToAsync(Taker("paused", 9), Taker("ordered", 9), Taker("c", 9));
        Assert.Equal(LeasesAsItRoutes ? [("c", "e2")] : [], routed.Claimed.Select(c => (c.Consumer, c.Event.Id)));
        Assert.Equal(Noon.AddSeconds(1), await NextDueAsync());
    }

    static ClaimRequest Taker(string consumer, int limit) => new(consumer, false, "p1", Noon, Lease, limit, Expired: false);

    async Task ThreeUnroutedAsync(params Consumer[] consumers)
    {
        foreach (var consumer in consumers) await Store.Consumers.Save(consumer, default).Right();
        await Store.AppendAsync(Event("e1"), Event("e2"), Event("e3"));
    }

    async Task<Routed> RouteToAsync(params ClaimRequest[] takers) =>
        await Store.Route(new RouteRequest(100, Noon) { Takers = takers }, default).Right();
}
