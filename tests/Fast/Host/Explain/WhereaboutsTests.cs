using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.Host.Explain;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Tests.Fast.Host.Explain;

public sealed class WhereaboutsTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
    static readonly EventId Id = new("e1");
    static readonly FlowFacts Nothing = new("messages", new Category("menu"), "hobom.messages", false, "the outbox");
    static readonly FlowFacts Row = Nothing with { Row = true };
    static readonly PublishedEvent Place = new(Id, new RecordPosition(3, 17), Noon);
    static readonly PublishFailure TimedOut = new PublishFailure.Unknown("Local_MsgTimedOut", "timed out");

    [Fact]
    public void Each_fact_alone_says_where_it_is()
    {
        Says("not-in-outbox", Nothing);
        Says("unknown", Nothing with { Row = null });
        Says("published", Nothing with { Published = Place });
        Says("published-unmarked", Row with { Ledger = new LedgerEntry(LedgerState.Published, Noon, 0), Published = Place });
        Says("in-doubt", Row with { Ledger = new LedgerEntry(LedgerState.Begun, Noon, 1) });
        Says("in-doubt", Nothing with { Ledger = new LedgerEntry(LedgerState.Begun, Noon, 1) });
        Says("in-delivery", Row with { InHand = new InFlightMark("poll", Noon), Ledger = new LedgerEntry(LedgerState.Begun, Noon, 0) });
        Says("in-replay", Nothing with { InHand = new InFlightMark("anna", Noon) });
        Says("dead-letter", Nothing with { Letter = Letter("open") });
        Says("in-replay", Nothing with { Letter = Letter("open"), Job = "0f" });
        Says("in-replay", Nothing with { Letter = Letter("claimed") });
        Says("published", Nothing with { Step = "saved" });
        Says("pending", Nothing with { Step = "generating" });
    }

    [Fact]
    public void What_it_waits_for_is_told_the_nearest_cause_first()
    {
        var open = new TopicCircuitState("hobom.messages", Noon, TimedOut, 5);
        var all = Row with
        {
            Pause = new PauseNote("anna", Noon), HeldBy = "b, process 7", Circuit = open, NextAttemptAt = Noon.AddSeconds(5),
        };
        Waits("the poller is paused by anna since 2026-03-05 12:00:00Z", all);
        Waits("the process that has the flow: b, process 7", all = all with { Pause = null });
        Waits(
            "topic hobom.messages to take records again: its circuit is open since 2026-03-05 12:00:00Z (Local_MsgTimedOut)",
            all = all with { HeldBy = null });
        Waits("the next visit at 2026-03-05 12:00:05Z", all = all with { Circuit = open with { OpenSince = null } });
        Waits("the visit under way", all with { NextAttemptAt = null });
    }

    [Fact]
    public void A_letter_says_who_is_to_do_something()
    {
        Waits("an operator: replay, repair or discard", Nothing with { Letter = Letter("open") });
        Waits("an operator: whether the last replay was written is not known", Nothing with { Letter = Letter("unknown") });
        Waits("the end of its discard; until then it can be restored", Nothing with { Letter = Letter("discarded") });
        Waits("an operator: replay, repair or discard", Nothing with { Letter = Letter("provisional") });
        Waits(
            "the next visit, for its row is still PENDING; the next visit at 2026-03-05 12:00:00Z",
            Row with { Letter = Letter("provisional"), NextAttemptAt = Noon });
    }

    static void Says(string state, FlowFacts facts) => Assert.Equal(state, Whereabouts.Of(facts).State);

    static void Waits(string forWhat, FlowFacts facts) => Assert.Equal(forWhat, Whereabouts.Of(facts).WaitsFor);

    static LetterView Letter(string state) => new(
        "dlq:menu:e1", "menu", "e1", "MESSAGE", "publish", "permanent", "boom", "g", state, MaybeWritten: false, 3, 10, Noon, Noon, Noon.AddHours(72),
        259_200, Held: false);
}
