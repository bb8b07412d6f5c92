using Xunit.Abstractions;
using static Hobom.Slices.Tests.Fast.Model.Call;

namespace Hobom.Slices.Tests.Fast.Model;

/// <summary>
/// The order of writes, proven instead of argued: of one event with so many crashes and lost answers every life is
/// looked at. The orders of Settlement and Replay break no rule; the ones that look as good do.
/// </summary>
public sealed class OrderModelTests(ITestOutputHelper output)
{
    static readonly Call[] LetterFirst = [SaveLetter, MarkFailed];
    static readonly Call[] DropThenSent = [Publish, DropLetter, MarkSent];
    static readonly Call[] ClaimedReplay = [Claim, Publish, MarkSent, DropLetter];

    /// <summary>As <c>Settlement.Of</c> closes an event.</summary>
    static readonly WriteOrder Visits = new("L1: visits", DropThenSent, LetterFirst, []);

    /// <summary>As <c>Replay</c> does, beside the visits.</summary>
    static readonly WriteOrder VisitsAndReplays = new("L2: visits and replays", DropThenSent, LetterFirst, ClaimedReplay);

    [Fact]
    public void Visits_that_save_the_letter_first_and_drop_a_stale_one_before_SENT_break_no_rule() => NoneBroken(Visits);

    [Fact]
    public void Replays_that_claim_publish_mark_and_then_drop_beside_such_visits_break_no_rule() => NoneBroken(VisitsAndReplays);

    [Fact]
    public void Letters_of_pending_rows_may_be_replayed_where_visit_and_replay_never_have_the_event_together() =>
        NoneBroken(VisitsAndReplays with { Name = "L2, provisional letters too", ProvisionalToo = true });

    [Fact]
    public void Marking_SENT_before_publishing_is_caught() =>
        Broken(Visits with { Name = "A: SENT, then publish", Delivered = [MarkSent, Publish] }, "SENT without a record");

    [Fact]
    public void Marking_FAILED_before_the_letter_loses_an_event() =>
        Broken(Visits with { Name = "B: FAILED, then letter", Failed = [MarkFailed, SaveLetter] }, "LOST: neither record nor letter");

    [Fact]
    public void Leaving_a_stale_letter_makes_it_a_ghost() =>
        Broken(Visits with { Name = "C: stale letter left", Delivered = [Publish, MarkSent] }, "a ghost letter: SENT, and the letter is open");

    [Fact]
    public void Dropping_a_stale_letter_only_after_SENT_makes_it_a_ghost() =>
        Broken(
            Visits with { Name = "D: SENT, then drop", Delivered = [Publish, MarkSent, DropLetter] },
            "a ghost letter: SENT, and the letter is open");

    [Fact]
    public void A_replay_that_deletes_before_it_publishes_loses_an_event() =>
        Broken(
            VisitsAndReplays with { Name = "G: replay deletes, then publishes", Replay = [DropLetter, Publish, MarkSent] },
            "LOST: neither record nor letter");

    [Fact]
    public void A_replay_that_does_not_mark_leaves_a_FAILED_row_without_a_letter() =>
        Broken(
            VisitsAndReplays with { Name = "H: replay publishes, then deletes", Replay = [Publish, DropLetter] }, "FAILED without a letter");

    [Fact]
    public void A_replay_without_a_claim_leaves_a_ghost() =>
        Broken(
            VisitsAndReplays with { Name = "I: replay without a claim", Replay = [Publish, MarkSent, DropLetter] },
            "a ghost letter: SENT, and the letter is open");

    [Fact]
    public void A_replay_beside_a_visit_of_the_same_event_is_caught() =>
        Broken(
            VisitsAndReplays with { Name = "replay and visit at once", Serialised = false, ProvisionalToo = true },
            "doubled without a fault that could have");

    void NoneBroken(WriteOrder order)
    {
        foreach (var (crashes, faults) in ((int, int)[])[(2, 4), (3, 8)])
        {
            var result = Explore(order, crashes, faults);
            Assert.True(result.Violation is null, $"{result.Violation}: {string.Join(", ", result.Trace)}");
        }
    }

    void Broken(WriteOrder order, string rule) => Assert.Equal(rule, Explore(order, 2, 4).Violation);

    SearchResult Explore(WriteOrder order, int crashes, int faults)
    {
        var result = OrderSearch.Explore(order, crashes, faults, replays: order.Replay.Length == 0 ? 0 : 2);
        output.WriteLine(
            $"{order.Name}, {crashes} crashes, {faults} faults: {result.States} states, {result.Transitions} transitions; "
            + (result.Violation is null ? "no violation" : $"{result.Violation}, after {string.Join(", ", result.Trace)}"));
        return result;
    }
}
