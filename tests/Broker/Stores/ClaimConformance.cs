using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>Leases, ends of tries, order by key, transactions.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_claim_gives_out_the_oldest_due_counts_the_attempt_and_gives_nothing_twice()
    {
        await ThreeForAsync("c");
        var first = await Store.ClaimAsync("c", limit: 2);
        var second = await Store.ClaimAsync("c", owner: "p2");
        Assert.Equal(["e1", "e2", "e3"], first.Concat(second).Select(c => c.Event.Id));
        Assert.All(first, c => Assert.Equal(1, c.Attempt));
        Assert.Empty(await Store.ClaimAsync("c"));
        Assert.Equal(EventStatus.Processing, (await Store.OneAsync("e1")).Status);
    }

    [Fact]
    public async Task An_event_is_not_given_out_before_it_is_available()
    {
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.AppendAsync(Event("e1") with { AvailableAt = Noon.AddSeconds(10) });
        await Store.RouteAsync();
        Assert.Empty(await Store.ClaimAsync("c"));
        Assert.Equal(Noon.AddSeconds(10), await NextDueAsync());
        Assert.Single(await Store.ClaimAsync("c", now: Noon.AddSeconds(10)));
    }

    [Fact]
    public async Task An_event_whose_publishers_clock_is_ahead_is_given_out_at_once_where_it_did_not_ask_for_later()
    {
        await Store.Consumers.Save(Consumer("c", ordered: true), default).Right();
        await Store.AppendAsync(Event("e1", key: "k") with { CreatedAt = Noon.AddYears(70) });
        Assert.Null((await Store.OneAsync("e1")).Event.AvailableAt);
        await Store.RouteAsync();
        Assert.Single(await Store.ClaimAsync("c", ordered: true));
    }

    [Fact]
    public async Task Who_has_something_due_is_told_and_nobody_else()
    {
        Assert.Empty(await DueAsync(Noon));
        await Store.Consumers.Save(Consumer("idle", "other.**"), default).Right();
        await Store.Consumers.Save(Consumer("late"), default).Right();
        await Store.AppendAsync(Event("x1") with { AvailableAt = Noon.AddSeconds(10) });
        await Store.RouteAsync();
        Assert.Empty(await DueAsync(Noon));
        Assert.Equal(["late"], await DueAsync(Noon.AddSeconds(10)));
        await ThreeForAsync("c");
        Assert.Equal(["c", "late"], (await DueAsync(Noon)).Order());
        var held = await Store.ClaimAsync("c");
        Assert.Equal(["late"], await DueAsync(Noon));
        await Store.CloseAsync(held[0], new TryEnd.RetryAt(Noon.AddSeconds(5), "failed"));
        Assert.Equal(["late"], await DueAsync(Noon));
        Assert.Contains("c", await DueAsync(Noon.AddSeconds(5)));
    }

    [Fact]
    public async Task Where_nothing_is_to_come_there_is_no_next_time()
    {
        Assert.Null(await NextDueAsync());
        await ThreeForAsync("c");
        Assert.Null(await NextDueAsync());
        foreach (var held in await Store.ClaimAsync("c")) await Store.CloseAsync(held, new TryEnd.Done());
        Assert.Null(await NextDueAsync());
    }

    [Fact]
    public async Task A_lease_that_ran_out_goes_to_another_and_the_late_one_changes_nothing()
    {
        await ThreeForAsync("c");
        var late = (await Store.ClaimAsync("c", limit: 1))[0];
        Assert.Equal(Noon + Lease, await NextDueAsync());
        Assert.Empty(await Store.ClaimAsync("c", expired: true, now: Noon.AddSeconds(29)));
        var taken = Assert.Single(await Store.ClaimAsync("c", expired: true, now: Noon + Lease, owner: "p2"));
        Assert.Equal((2, true), (taken.Attempt, taken.Token > late.Token));
        Assert.False(await Store.CloseAsync(late, new TryEnd.Dead("late")));
        Assert.Empty(await Store.Renew([new LeaseRef(late.HandlingId, late.Token)], Noon.AddHours(1), default).Right());
        Assert.IsType<TransactionEnd.LeaseLost>(await Store.Transact(late, (_, _) => Work(Unit.Default), Noon, default));
        Assert.True(await Store.CloseAsync(taken, new TryEnd.Done()));
        Assert.False(await Store.CloseAsync(taken, new TryEnd.Done()));
    }

    [Fact]
    public async Task A_last_try_that_was_begun_is_told_to_the_next_until_it_has_an_end()
    {
        await ThreeForAsync("c");
        var late = (await Store.ClaimAsync("c", limit: 1))[0];
        Assert.False(late.LastTryBegan);
        var held = Assert.Single(await Store.ClaimAsync("c", expired: true, now: Noon + Lease));
        await Store.BeginLast([new LeaseRef(late.HandlingId, late.Token)], default).Right();
        held = Assert.Single(await Store.ClaimAsync("c", expired: true, now: Noon + (2 * Lease)));
        Assert.False(held.LastTryBegan);
        await Store.BeginLast([new LeaseRef(held.HandlingId, held.Token)], default).Right();
        held = Assert.Single(await Store.ClaimAsync("c", expired: true, now: Noon + (3 * Lease)));
        Assert.Equal((true, 4), (held.LastTryBegan, held.Attempt));
        await Store.CloseAsync(held, new TryEnd.HandBack(Noon, null));
        held = (await Store.ClaimAsync("c", limit: 1))[0];
        Assert.Equal(("e1", false), (held.Event.Id, held.LastTryBegan));
        await Store.BeginLast([new LeaseRef(held.HandlingId, held.Token)], default).Right();
        await Store.CloseAsync(held, new TryEnd.Dead("no"));
        await Store.Dead.Revive(held.HandlingId, default, Noon, default).Right();
        held = (await Store.ClaimAsync("c", limit: 1))[0];
        Assert.Equal(("e1", 1, false), (held.Event.Id, held.Attempt, held.LastTryBegan));
    }

    [Fact]
    public async Task A_renewed_lease_does_not_run_out()
    {
        await ThreeForAsync("c");
        var held = (await Store.ClaimAsync("c", limit: 1))[0];
        Assert.Equal([held.HandlingId], await Store.Renew([new LeaseRef(held.HandlingId, held.Token)], Noon.AddMinutes(5), default).Right());
        Assert.Empty(await Store.ClaimAsync("c", expired: true, now: Noon.AddMinutes(4)));
    }

    [Fact]
    public async Task A_try_ends_as_done_or_later_again_or_dead_or_handed_back()
    {
        await ThreeForAsync("c");
        await Store.AppendAsync(Event("e4"));
        await Store.RouteAsync();
        var held = await Store.ClaimAsync("c");
        await Store.CloseAsync(held[0], new TryEnd.Done());
        await Store.CloseAsync(held[1], new TryEnd.RetryAt(Noon.AddSeconds(2), "again"));
        await Store.CloseAsync(held[2], new TryEnd.Dead("no\0 more"));
        await Store.CloseAsync(held[3], new TryEnd.HandBack(Noon, null));
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
        Assert.Equal(new HandlingState.Done(Noon), (await Store.OneAsync("e1")).Handlings[0].State);
        var again = (await Store.OneAsync("e2")).Handlings[0];
        Assert.Equal((new HandlingState.Failed(Noon.AddSeconds(2)), 1, "again"), (again.State, again.Attempts, again.LastError));
        Assert.Equal(EventStatus.Failed, (await Store.OneAsync("e3")).Status);
        Assert.StartsWith("no", (await Store.OneAsync("e3")).Handlings[0].LastError, StringComparison.Ordinal);
        Assert.Equal(EventStatus.Pending, (await Store.OneAsync("e4")).Status);
        Assert.Equal(["e4"], (await Store.ClaimAsync("c")).Select(c => c.Event.Id));
        Assert.Equal(["e2"], (await Store.ClaimAsync("c", now: Noon.AddSeconds(2))).Select(c => c.Event.Id));
    }

    [Fact]
    public async Task Of_a_key_only_the_first_is_given_out_and_other_keys_flow()
    {
        await OrderedAsync();
        var held = await Store.ClaimAsync("c", ordered: true);
        Assert.Equal(["a1", "b1", "n1", "n2"], held.Select(h => h.Event.Id));
        Assert.Empty(await Store.ClaimAsync("c", ordered: true));
        await Store.CloseAsync(held[0], new TryEnd.Done());
        Assert.Equal(["a2"], (await Store.ClaimAsync("c", ordered: true)).Select(c => c.Event.Id));
    }

    [Fact]
    public async Task Followers_wait_behind_one_that_failed_or_is_dead_until_it_is_replayed_or_discarded()
    {
        await OrderedAsync();
        var head = (await Store.ClaimAsync("c", ordered: true))[0];
        await Store.CloseAsync(head, new TryEnd.RetryAt(Noon.AddSeconds(1), "once"));
        Assert.Empty(await Store.ClaimAsync("c", ordered: true));
        head = Assert.Single(await Store.ClaimAsync("c", ordered: true, now: Noon.AddSeconds(1)));
        await Store.CloseAsync(head, new TryEnd.Dead("twice"));
        Assert.Empty(await Store.ClaimAsync("c", ordered: true, now: Noon.AddSeconds(1)));
        Assert.True(await Store.Operate.Replay(head.Event.Identity, "c", Noon, default).Right());
        head = Assert.Single(await Store.ClaimAsync("c", ordered: true));
        Assert.Equal(("a1", 1), (head.Event.Id, head.Attempt));
        await Store.CloseAsync(head, new TryEnd.Dead("again"));
        Assert.True(await Store.Operate.Discard(head.Event.Identity, "c", Noon, default).Right());
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("a1")).Status);
        Assert.Equal(["a2"], (await Store.ClaimAsync("c", ordered: true)).Select(c => c.Event.Id));
    }

    [Fact]
    public async Task A_transaction_ends_the_handling_with_its_commit_and_a_failed_one_does_not()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c");
        Assert.IsType<TransactionEnd.Committed>(await Store.Transact(held[0], (_, _) => Work(Unit.Default), Noon, default));
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
        var failed = await Store.Transact(held[1], (_, _) => Work(new TryFailure.Permanent("no")), Noon, default);
        Assert.Equal(new TransactionEnd.WorkFailed(new TryFailure.Permanent("no")), failed);
        Assert.True(await Store.CloseAsync(held[1], new TryEnd.Dead("no")));
    }
}
