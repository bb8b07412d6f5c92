using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Letters;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Letters;

/// <summary>The letters are a view: whatever is away, and whatever others do to them, they end as the handlings are.</summary>
public sealed class LetterMirrorTests
{
    readonly FakeTimeProvider clock = new(Noon);
    readonly LetterShelf shelf = new();
    readonly BrokerStore store;
    readonly LetterMirror mirror;
    bool isOn = true;

    public LetterMirrorTests()
    {
        store = MemoryStore.Open(100, clock);
        mirror = new LetterMirror(() => store, shelf.Port, () => isOn, clock);
    }

    [Fact]
    public async Task A_dead_handling_gets_a_letter_and_loses_it_when_it_is_replayed()
    {
        await DieAsync("e1", "bad address");
        Assert.Equal(1, (await mirror.VisitAsync(default)).DeadLettered);
        var letter = Assert.Single(shelf.Letters.Values);
        Assert.StartsWith("dlq:broker:c:", letter.Key.Format(), StringComparison.Ordinal);
        Assert.Equal(("bad address", "public.users.create", true), (letter.Reason, letter.EventType, letter.IsView));
        Assert.Equal("{}"u8.ToArray(), letter.Payload.ToArray());
        Assert.Equal(0, (await mirror.VisitAsync(default)).Found);
        await store.Operate.Replay(new EventIdentity("tests", "e1"), "c", Noon, default).Right();
        await mirror.VisitAsync(default);
        Assert.Empty(shelf.Letters);
    }

    [Theory]
    [InlineData(FailureKind.TimedOut, FailureClass.Transient, "timed-out")]
    [InlineData(FailureKind.Refused, FailureClass.Permanent, "refused")]
    [InlineData(FailureKind.Schema, FailureClass.Refused, "schema")]
    [InlineData(null, FailureClass.Unknown, "unknown")]
    public async Task A_letter_tells_what_failed_and_of_an_older_row_that_nobody_knows(FailureKind? kind, FailureClass expected, string word)
    {
        await DieAsync("e1", "why", kind);
        await mirror.VisitAsync(default);
        var letter = Assert.Single(shelf.Letters.Values);
        Assert.Equal((expected, word), (letter.Class, letter.Kind));
        Assert.Equal((expected, word), (letter.Attempts[0].Class, letter.Attempts[0].Code));
    }

    [Fact]
    public async Task While_the_letters_are_away_nothing_is_lost_and_the_visit_says_so()
    {
        await DieAsync("e1", "no");
        shelf.IsAway = true;
        Assert.Equal("Redis is away", (await mirror.VisitAsync(default)).Problem);
        shelf.IsAway = false;
        // Another process, for this one may have died.
        await new LetterMirror(() => store, shelf.Port, () => true, clock).VisitAsync(default);
        Assert.Single(shelf.Letters);
        Assert.Equal("the broker's store is not open yet", (await new LetterMirror(() => null, shelf.Port, () => true, clock).VisitAsync(default)).Problem);
    }

    [Fact]
    public async Task A_letter_that_is_written_and_not_noted_is_written_again_and_stays_one()
    {
        await DieAsync("e1", "no");
        var forgets = store with { Dead = store.Dead with { Note = (_, _) => Task.FromResult(LanguageExt.Either<Hobom.Slices.Core.StoreFailure, LanguageExt.Unit>.Left(new("away"))) } };
        Assert.Equal("away", (await new LetterMirror(() => forgets, shelf.Port, () => true, clock).VisitAsync(default)).Problem);
        Assert.Null((await mirror.VisitAsync(default)).Problem);
        Assert.Single(shelf.Letters);
    }

    [Fact]
    public async Task What_another_program_deleted_comes_back_and_what_nothing_stands_behind_goes()
    {
        await DieAsync("e1", "no");
        await mirror.VisitAsync(default);
        var key = shelf.Letters.Keys.Single();
        shelf.Letters.Clear();
        var stale = BrokerLetters.KeyOf("c", Guid.NewGuid());
        shelf.Letters[stale] = null!;
        await mirror.VisitAsync(default);
        Assert.Equal([stale], shelf.Letters.Keys);
        clock.Advance(TimeSpan.FromMinutes(5));
        await mirror.VisitAsync(default);
        Assert.Empty(shelf.Letters);
        await mirror.VisitAsync(default);
        Assert.Equal([key], shelf.Letters.Keys);
    }

    [Fact]
    public async Task Where_dead_letters_are_switched_off_there_are_none()
    {
        isOn = false;
        await DieAsync("e1", "no");
        await mirror.VisitAsync(default);
        Assert.Empty(shelf.Letters);
        isOn = true;
        await mirror.VisitAsync(default);
        Assert.Single(shelf.Letters);
    }

    [Fact]
    public void A_key_names_its_handling_whatever_the_consumers_name()
    {
        var id = Guid.NewGuid();
        foreach (var consumer in (string[])["c", "a:b", new string('ü', 255), new string('界', 255), string.Concat(Enumerable.Repeat("😀", 120))])
        {
            var key = BrokerLetters.KeyOf(consumer, id);
            Assert.Equal(key, Hobom.Slices.Core.DeadLetterKey.Parse(key.Format()).Match(k => k, f => throw new InvalidOperationException(f.Message)));
            Assert.Equal(id, BrokerLetters.HandlingOf(key));
        }

        Assert.Null(BrokerLetters.HandlingOf(new Hobom.Slices.Core.DeadLetterKey(BrokerLetters.Category, "short")));
    }

    async Task DieAsync(string id, string why, FailureKind? kind = null)
    {
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event(id));
        await store.RouteAsync();
        await store.CloseAsync((await store.ClaimAsync("c"))[0], new TryEnd.Dead(why) { Kind = kind });
    }
}
