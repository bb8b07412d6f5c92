using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Letters;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Letters;

public sealed class HandlingReplayTests
{
    readonly FakeTimeProvider clock = new(Noon);
    readonly LetterShelf shelf = new();
    readonly BrokerStore store;
    bool isPaused;

    public HandlingReplayTests() => store = MemoryStore.Open(100, clock);

    [Fact]
    public async Task It_is_delivered_when_the_consumer_is_done_and_the_letter_goes()
    {
        var key = await DeadAsync();
        var replay = ReplayAsync(key, "{}");
        await store.CloseAsync((await store.ClaimAsync("c"))[0], new TryEnd.Done());
        Assert.Equal(new ReplayOutcome.Delivered(null), await SettledAsync(replay));
        Assert.Empty(shelf.Letters);
        Assert.Empty(await store.Dead.Due(9, default).Right());
    }

    [Fact]
    public async Task It_is_not_when_the_consumer_gives_it_up_again_and_the_letter_stays()
    {
        var key = await DeadAsync();
        var replay = ReplayAsync(key, "{}");
        await store.CloseAsync((await store.ClaimAsync("c"))[0], new TryEnd.Dead("still bad"));
        Assert.Equal("still bad", Assert.IsType<ReplayOutcome.NotPublished>(await SettledAsync(replay)).Failure.Message);
        Assert.Equal([key], shelf.Letters.Keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nor_does_the_letter_go_when_it_is_looked_at_while_the_replay_is_under_way(bool isCompared)
    {
        var key = await DeadAsync();
        shelf.Claimed.Add(key);
        var before = shelf.Letters[key];
        if (isCompared) clock.Advance(TimeSpan.FromMinutes(6));
        var replay = ReplayAsync(key, "{}");
        await Mirror.VisitAsync(default);
        await store.CloseAsync((await store.ClaimAsync("c", now: clock.GetUtcNow()))[0], new TryEnd.Dead("still bad"), clock.GetUtcNow());
        await SettledAsync(replay);
        shelf.Claimed.Clear();
        await Mirror.VisitAsync(default);
        Assert.Same(before, shelf.Letters[key]);
        Assert.Empty(await store.Dead.Due(9, default).Right());
    }

    [Fact]
    public async Task A_letter_that_went_all_the_same_comes_back_with_the_next_visit()
    {
        var key = await DeadAsync();
        var replay = ReplayAsync(key, "{}");
        await Mirror.VisitAsync(default);
        Assert.Empty(shelf.Letters);
        await store.CloseAsync((await store.ClaimAsync("c"))[0], new TryEnd.Dead("still bad"));
        await SettledAsync(replay);
        await Mirror.VisitAsync(default);
        Assert.Equal("still bad", shelf.Letters[key].Reason);
    }

    [Fact]
    public async Task One_that_is_done_and_whose_letter_could_not_be_removed_is_closed_by_the_next_replay()
    {
        var key = await DeadAsync();
        shelf.DropFailures.Enqueue(new StoreFailure("away"));
        var replay = ReplayAsync(key, "{}");
        await store.CloseAsync((await store.ClaimAsync("c"))[0], new TryEnd.Done());
        Assert.True(Assert.IsType<ReplayOutcome.NotClosed>(await SettledAsync(replay)).IsPassing);
        Assert.Equal(new ReplayOutcome.Delivered(null), await ReplayAsync(key, "{}"));
        Assert.Empty(shelf.Letters);
    }

    [Fact]
    public async Task A_letter_of_what_was_discarded_that_cannot_be_removed_is_not_begun()
    {
        var key = await DeadAsync();
        await store.Operate.Discard(new EventIdentity("tests", "e1"), "c", Noon, default).Right();
        shelf.DropFailures.Enqueue(new StoreFailure("away"));
        Assert.Equal(new ReplayOutcome.NotBegun(new StoreFailure("away")), await ReplayAsync(key, "{}"));
        Assert.IsType<ReplayOutcome.LetterGone>(await ReplayAsync(key, "{}"));
    }

    [Fact]
    public async Task A_repaired_payload_goes_to_this_consumer_alone()
    {
        var key = await DeadAsync();
        var replay = ReplayAsync(key, "[1]");
        var held = (await store.ClaimAsync("c"))[0];
        Assert.Equal(("[1]", true), (System.Text.Encoding.UTF8.GetString(held.Event.Payload.IfNone(default(ReadOnlyMemory<byte>)).Span), held.IsEdited));
        await store.CloseAsync(held, new TryEnd.Done());
        await SettledAsync(replay);
        Assert.Equal("{}"u8.ToArray(), (await store.OneAsync("e1")).Event.Payload.IfNone(default(ReadOnlyMemory<byte>)).ToArray());
    }

    [Fact]
    public async Task What_stops_every_letter_of_the_consumer_is_an_outage_and_costs_no_try()
    {
        var key = await DeadAsync();
        isPaused = true;
        Assert.True(Assert.IsType<ReplayOutcome.NotPublished>(await ReplayAsync(key, "{}")).Failure.Scope.IsOutage());
        isPaused = false;
        await store.Consumers.SetState("c", new ConsumerState.Paused("its receiver is down", null), default).Right();
        var away = Assert.IsType<ReplayOutcome.NotPublished>(await ReplayAsync(key, "{}")).Failure;
        Assert.Equal((true, "consumer c is paused: its receiver is down"), (away.Scope.IsOutage(), away.Message));
        await store.Consumers.Remove("c", Noon, default).Right();
        Assert.False(Assert.IsType<ReplayOutcome.NotPublished>(await ReplayAsync(key, "{}")).Failure.Scope.IsOutage());
        Assert.IsType<HandlingState.Dead>((await store.OneAsync("e1")).Handlings[0].State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_does_not_end_in_a_minute_is_under_way_and_is_followed_to_its_end(bool isDone)
    {
        var key = await DeadAsync();
        Assert.IsType<ReplayOutcome.UnderWay>(await SettledAsync(ReplayAsync(key, "{}")));
        Assert.True(clock.GetUtcNow() >= Noon.AddSeconds(60));
        Assert.IsType<ReplayOutcome.UnderWay>(await Replay.LookAsync(key));
        var held = (await store.ClaimAsync("c", now: clock.GetUtcNow()))[0];
        Assert.IsType<ReplayOutcome.UnderWay>(await Replay.LookAsync(key));
        await store.CloseAsync(held, isDone ? new TryEnd.Done() : new TryEnd.Dead("422 no") { Kind = FailureKind.Refused });
        var end = await Replay.LookAsync(key);
        if (isDone) Assert.Equal(new ReplayOutcome.Delivered(null), end);
        else Assert.Equal(new PublishFailure.Permanent("refused", "422 no"), Assert.IsType<ReplayOutcome.NotPublished>(end).Failure);
    }

    [Fact]
    public async Task What_was_given_back_and_discarded_or_removed_meanwhile_is_told_as_that()
    {
        var key = await DeadAsync();
        await store.Operate.Discard(new EventIdentity("tests", "e1"), "c", Noon, default).Right();
        Assert.IsType<ReplayOutcome.NotClaimed>(await Replay.LookAsync(key));
        Assert.Equal(1, await store.Operate.Purge(Noon.AddDays(1), 9, default).Right());
        Assert.IsType<ReplayOutcome.LetterGone>(await Replay.LookAsync(key));
    }

    [Fact]
    public async Task A_letter_of_what_is_not_dead_any_more_goes()
    {
        var key = await DeadAsync();
        await store.Operate.Discard(new EventIdentity("tests", "e1"), "c", Noon, default).Right();
        Assert.IsType<ReplayOutcome.LetterGone>(await ReplayAsync(key, "{}"));
        Assert.Empty(shelf.Letters);
    }

    [Fact]
    public async Task One_that_was_given_up_is_not_closed_as_delivered_and_not_given_again_by_who_wanted_it_closed()
    {
        var key = await DeadAsync();
        Assert.IsType<ReplayOutcome.NotInDoubt>(await ReplayAsync(key, "{}", confirmation: Confirmation.Delivered));
        Assert.IsType<HandlingState.Dead>((await store.OneAsync("e1")).Handlings[0].State);
        Assert.Equal([key], shelf.Letters.Keys);
    }

    [Fact]
    public async Task Who_does_not_get_the_claim_changes_nothing()
    {
        var key = await DeadAsync();
        var busy = new ReplayOutcome.Busy(new InFlightMark("other", Noon));
        Assert.Equal(busy, await ReplayAsync(key, "{}", new ClaimAnswer.Refused(busy)));
        Assert.IsType<HandlingState.Dead>((await store.OneAsync("e1")).Handlings[0].State);
    }

    LetterMirror Mirror => field ??= new(() => store, shelf.Port, () => true, clock);

    HandlingReplay Replay => new(new HandlingReplayParts(() => store, shelf.Port, () => isPaused, clock));

    Task<ReplayOutcome> ReplayAsync(
        DeadLetterKey key, string payload, ClaimAnswer? claim = null, Confirmation confirmation = Confirmation.None)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(payload);
        var order = new ReplayOrder(new Delivery("", "", bytes, [], [new CarriedEvent(new EventId("e1"), key, bytes)]), "ann", confirmation);
        if (claim is not null) order = order with { Claim = () => Task.FromResult(claim) };
        return Replay.RunAsync(order);
    }

    async Task<ReplayOutcome> SettledAsync(Task<ReplayOutcome> replay)
    {
        while (!replay.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        return await replay;
    }

    async Task<DeadLetterKey> DeadAsync()
    {
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event("e1"));
        await store.RouteAsync();
        await store.CloseAsync((await store.ClaimAsync("c"))[0], new TryEnd.Dead("no"));
        await Mirror.VisitAsync(default);
        return shelf.Letters.Keys.Single();
    }
}
