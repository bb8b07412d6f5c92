using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What makes something a store. Each store runs all of it.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    protected BrokerStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAsync();

    public abstract Task DisposeAsync();

    protected abstract Task<BrokerStore> OpenAsync();

    [Theory]
    [InlineData("{\"a\":1,\"a\":2, \"b\" : 1.0e400,\"c\":12345678901234567890.10}")]
    [InlineData("null")]
    [InlineData("\"\\u0000 \\ud83d\\ude00 ü\"")]
    [InlineData("  [ 1 ,2 ]\n")]
    public async Task A_payload_keeps_every_byte(string payload)
    {
        await Store.AppendAsync(Event("e1", payload: payload));
        Assert.Equal(Encoding.UTF8.GetBytes(payload), PayloadOf(await Store.OneAsync("e1")));
    }

    [Fact]
    public async Task A_payload_above_the_size_is_stored_compressed_and_comes_out_as_it_was()
    {
        var payload = $"[{string.Join(',', Enumerable.Range(0, 60_000))}]";
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.AppendAsync(Event("e1", payload: payload));
        await Store.RouteAsync();
        var claimed = Assert.Single(await Store.ClaimAsync("c"));
        var sent = claimed.Event.Payload.Match(p => p, () => default);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(payload)), SHA256.HashData(sent.Span));
    }

    [Fact]
    public async Task No_payload_and_a_null_stay_apart()
    {
        await Store.AppendAsync(Event("none", payload: null), Event("null", payload: "null"));
        Assert.True((await Store.OneAsync("none")).Event.Payload.IsNone);
        Assert.Equal("null"u8.ToArray(), PayloadOf(await Store.OneAsync("null")));
    }

    [Fact]
    public async Task Every_field_comes_back_as_it_was_given()
    {
        var given = Event("e1", payload: "{\"x\":[]}", key: "k/1") with
        {
            SourceModule = "accounts", AggregateType = "user", AggregateId = "7", SchemaVersion = 3, Metadata = "{ \"b\":1, \"a\":2 }",
            UserId = 5_000_000_000, SessionId = "sha256:ab", Schema = "public", Entity = "users", Operation = "create",
            AvailableAt = Noon.AddMinutes(1),
        };
        await Store.AppendAsync(given);
        var found = (await Store.OneAsync("e1")).Event;
        Assert.True(found.SaysTheSameAs(given));
        Assert.Equal((given.CreatedAt, given.AvailableAt, given.InstanceId), (found.CreatedAt, found.AvailableAt, found.InstanceId));
    }

    [Fact]
    public async Task The_same_event_again_is_a_repeat_and_another_body_is_refused()
    {
        var first = await Store.Append([Event("e1")], default).Right();
        var again = await Store.Append([Event("e1") with { CreatedAt = Noon.AddHours(1) }], default).Right();
        Assert.False(first[0].Repeated);
        Assert.Equal(first[0] with { Repeated = true }, again[0]);
        var other = await Store.Append([Event("e2"), Event("e1", payload: "[]")], default);
        Assert.Equal(new AppendRefusal.OtherBody(new EventIdentity("tests", "e1")), other.Match(_ => null!, l => l));
        Assert.True((await Store.Read.One(new EventIdentity("tests", "e2"), default).Right()).IsNone);
    }

    [Fact]
    public async Task The_same_id_of_another_source_is_another_event()
    {
        await Store.AppendAsync(Event("e1"), Event("e1", payload: "[]") with { Source = "others" });
        Assert.Equal(2, (await Store.Read.List(new EventFilter(), 10, default).Right()).Count);
    }

    [Fact]
    public async Task Each_consumer_whose_pattern_fits_gets_a_handling()
    {
        await Store.Consumers.Save(Consumer("all"), default).Right();
        await Store.Consumers.Save(Consumer("users", "public.users.*"), default).Right();
        await Store.AppendAsync(Event("e1"), Event("e2", "public.roles.create"));
        Assert.Equal(2, await Store.RouteAsync());
        Assert.Equal(0, await Store.RouteAsync());
        Assert.Equal(["all", "users"], (await Store.OneAsync("e1")).Handlings.Select(h => h.Consumer).Order());
        Assert.Equal(["all"], (await Store.OneAsync("e2")).Handlings.Select(h => h.Consumer));
    }

    [Fact]
    public async Task An_event_without_a_consumer_waits_and_is_shown_and_goes_to_the_one_that_comes()
    {
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync();
        var alone = await Store.OneAsync("e1");
        Assert.Equal((EventStatus.Pending, Noon), (alone.Status, alone.NoConsumerSince));
        Assert.Equal(1, (await Store.Read.Count(default).Right()).NoConsumer);
        await Store.Consumers.Save(Consumer("late"), default).Right();
        Assert.Equal(1, await Store.RouteAsync());
        Assert.Single(await Store.ClaimAsync("late"));
        Assert.Null((await Store.OneAsync("e1")).NoConsumerSince);
    }

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

    [Fact]
    public async Task An_event_is_replayed_to_a_consumer_that_never_had_it()
    {
        await ThreeForAsync("c");
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        await Store.Consumers.Save(Consumer("new", "nothing"), default).Right();
        Assert.True(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "new", Noon, default).Right());
        Assert.Single(await Store.ClaimAsync("new"));
        Assert.Equal(EventStatus.Processing, (await Store.OneAsync("e1")).Status);
        Assert.False(await Store.Operate.Replay(new EventIdentity("tests", "unknown"), "new", Noon, default).Right());
        Assert.False(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "unknown", Noon, default).Right());
    }

    [Fact]
    public async Task Only_what_is_done_goes_with_age()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c");
        await Store.CloseAsync(held[0], new TryEnd.Done());
        await Store.CloseAsync(held[1], new TryEnd.Dead("no"));
        Assert.Equal(0, await Store.Operate.Purge(Noon, 10, default).Right());
        Assert.Equal(1, await Store.Operate.Purge(Noon.AddSeconds(1), 10, default).Right());
        Assert.Equal(["e3", "e2"], (await Store.Read.List(new EventFilter(), 10, default).Right()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task A_list_is_filtered_and_comes_in_pages_the_newest_first()
    {
        await ThreeForAsync("c");
        await Store.AppendAsync(Event("e4", "other.type") with { UserId = 7, CreatedAt = Noon.AddMinutes(1) });
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        async Task<string[]> List(EventFilter filter, int limit = 10) =>
            [.. (await Store.Read.List(filter, limit, default).Right()).Select(e => e.Event.Id)];
        Assert.Equal(["e4", "e3", "e2", "e1"], await List(new EventFilter()));
        var page = await Store.Read.List(new EventFilter(), 2, default).Right();
        Assert.Equal(["e2", "e1"], await List(new EventFilter(Before: page[^1].Sequence), 2));
        Assert.Equal(["e1"], await List(new EventFilter(Status: EventStatus.Completed)));
        Assert.Equal(["e4", "e3", "e2"], await List(new EventFilter(Status: EventStatus.Pending)));
        Assert.Equal(["e4"], await List(new EventFilter(UserId: 7, Type: "other.type")));
        Assert.Equal(["e4"], await List(new EventFilter(From: Noon.AddMinutes(1))));
        Assert.Equal(["e3", "e2", "e1"], await List(new EventFilter(To: Noon, Source: "tests")));
    }

    [Fact]
    public async Task What_was_seen_is_read_on_from_a_number()
    {
        await ThreeForAsync("c");
        var seen = await Store.Read.Since(0, 2, default).Right();
        Assert.Equal(["e1", "e2"], seen.Select(e => e.Event.Id));
        Assert.Equal(["e3"], (await Store.Read.Since(seen[^1].RoutedNo!.Value, 2, default).Right()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task Counts_are_those_of_events_and_of_handlings()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c", limit: 2);
        await Store.CloseAsync(held[0], new TryEnd.Done());
        var counts = await Store.Read.Count(default).Right();
        Assert.Equal((1, 1, 1, 0, 3), (counts.Pending, counts.Processing, counts.Completed, counts.Failed, counts.Total));
        Assert.Equal(new ConsumerCounts("c", 1, 1, 0, 1, 0, 0), Assert.Single(counts.Consumers));
        Assert.Equal(Noon, counts.OldestOpen);
    }

    [Fact]
    public async Task A_consumer_keeps_its_state_when_it_is_changed_and_leaves_with_what_waited_for_it()
    {
        await ThreeForAsync("c");
        var paused = new ConsumerState.Paused("by hand", Noon);
        Assert.True(await Store.Consumers.SetState("c", paused, default).Right());
        await Store.Consumers.Save(Consumer("c", "public.*.*", ordered: true, priority: 3) with { Retry = ConsumerRetry.Contract }, default).Right();
        var changed = Assert.Single(await Store.Consumers.All(default).Right());
        Assert.Equal((3, true, ConsumerRetry.Contract, paused, "public.*.*"), (changed.Priority, changed.OrderedByKey, changed.Retry, changed.State, changed.Pattern.Text));
        Assert.True(await Store.Consumers.Remove("c", Noon, default).Right());
        Assert.False(await Store.Consumers.Remove("c", Noon, default).Right());
        Assert.Equal(new HandlingState.Skipped(Noon), (await Store.OneAsync("e1")).Handlings[0].State);
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
    }

    protected async Task ThreeForAsync(string consumer)
    {
        await Store.Consumers.Save(Consumer(consumer), default).Right();
        await Store.AppendAsync(Event("e1"), Event("e2"), Event("e3"));
        await Store.RouteAsync();
    }

    protected static Task<Either<TryFailure, Unit>> Work(Either<TryFailure, Unit> answer) => Task.FromResult(answer);

    async Task OrderedAsync()
    {
        await Store.Consumers.Save(Consumer("c", ordered: true), default).Right();
        await Store.AppendAsync(
            Event("a1", key: "a"), Event("a2", key: "a"), Event("b1", key: "b"), Event("n1"), Event("a3", key: "a"), Event("n2"));
        await Store.RouteAsync();
    }

    async Task<DateTimeOffset?> NextDueAsync() => (await Store.NextDue(Noon, default).Right()).MatchUnsafe(t => (DateTimeOffset?)t, () => null);

    static byte[] PayloadOf(StoredEvent stored) => stored.Event.Payload.Match(p => p.ToArray(), () => throw new InvalidOperationException("no payload"));
}
