using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Repair;
using static Hobom.Slices.Tests.Fast.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.DeadLetters.Claims;

public sealed class LetterClaimTests
{
    static readonly LetterClaim Held = new("anna", "op1", "p1", Noon, Noon + LetterClaim.Life);

    [Theory]
    [InlineData("op2", "p2", 0, false, false)]
    [InlineData("op2", "p2", 59, false, false)]
    [InlineData("op2", "p2", 60, false, true)]
    [InlineData("op2", "p1", 0, true, false)]
    [InlineData("op2", "p1", 0, false, true)]
    [InlineData("op1", "p2", 0, false, true)]
    public void A_claim_holds_until_a_minute_without_renewal_unless_its_own_process_or_job_knows_better(
        string op, string process, int seconds, bool ownIsRunning, bool givesWay)
    {
        var now = Noon.AddSeconds(seconds);
        Assert.Equal(givesWay, Held.GivesWayTo(new LetterClaim("ben", op, process, now, now + LetterClaim.Life), ownIsRunning, now));
    }

    [Fact]
    public void A_claim_that_ended_open_gives_way_at_once_and_its_letter_is_unknown()
    {
        var ended = Held with { Ended = "timed out" };
        Assert.True(ended.GivesWayTo(Held with { Op = "op2", Process = "p2" }, ownIsRunning: true, Noon));
        Assert.Equal(LetterState.Unknown, LetterStates.Of(Row(RowState.Failed) with { Claim = ended }, Noon));
    }

    [Theory]
    [InlineData(0, LetterState.Claimed)]
    [InlineData(60, LetterState.Unknown)]
    public void A_claim_that_nobody_renews_leaves_the_letter_unknown(int seconds, LetterState state)
    {
        var record = Row(RowState.Failed) with { Claim = Held };
        Assert.Equal(state, LetterStates.Of(record, Noon.AddSeconds(seconds)));
        Assert.Equal(state, LetterSummary.Of(record).StateAt(Noon.AddSeconds(seconds)));
    }

    [Theory]
    [InlineData(RowState.Failed, true, false, false)]
    [InlineData(RowState.Pending, true, false, true)]
    [InlineData(RowState.Pending, null, false, true)]
    [InlineData(RowState.Pending, false, false, false)]
    [InlineData(RowState.Pending, true, true, false)]
    public void A_letter_of_a_row_that_a_visit_may_deliver_is_not_replayed(RowState row, bool? seenPending, bool pollerPaused, bool hindered) =>
        Assert.Equal(
            hindered, DeadLetterDecisions.Hindrance(Row(row), seenPending, pollerPaused, null) is ReplayRefusal.RowStillPending);

    [Fact]
    public void A_letter_that_failed_after_the_plan_is_not_the_one_that_was_meant()
    {
        var record = Row(RowState.Failed);
        Assert.IsType<ReplayRefusal.FailedAgain>(DeadLetterDecisions.Hindrance(record, false, false, Noon.AddSeconds(-1)));
        Assert.Null(DeadLetterDecisions.Hindrance(record, false, false, Noon));
    }

    [Fact]
    public void A_claim_outlives_a_new_failure_and_an_edit_does_not()
    {
        var edited = Row(RowState.Failed) with
        {
            Claim = Held, Edit = new LetterEdit("anna", Noon, "misspelt", "00", [new LetterChange("replace", "/a")], 1),
        };
        var again = DeadLetterDecisions.Merge(edited, LetterAt(Noon.AddMinutes(1)));
        Assert.Equal(Held, again.Claim);
        Assert.Null(again.Edit);
    }

    [Fact]
    public void Claim_and_edit_are_read_as_they_were_written()
    {
        var record = Row(RowState.Failed) with
        {
            Claim = Held, Edit = new LetterEdit("anna", Noon, "misspelt", "00", [new LetterChange("replace", "/a")], 1),
        };
        var read = Assert.IsType<RecordReading.Readable>(LetterRecordText.Parse(LetterRecordText.Format(record))).Record;
        Assert.Equal(record.Claim, read.Claim);
        Assert.Equal(("misspelt", "/a"), (read.Edit!.Reason, Assert.Single(read.Edit.Changes).Path));
    }

    [Fact]
    public void An_edited_row_goes_out_with_its_flows_own_key_and_type()
    {
        var record = Row(RowState.Failed) with { Stage = DeadLetter.DecideStage, RecordKey = "filed under this", EventType = "HOBOM_LOG", Topic = "hobom.logs" };
        var route = new ReplayRoute(new RelayRoute("HOBOM_LOG", "hobom.logs", new Category("menu")), id => $"hobom-log-of-{id}");
        var letter = new StoredLetter(Key, "[{}]"u8.ToArray(), new RecordReading.Readable(record), null);
        Assert.True(DeadLetterDecisions.PlanReplay(letter, route, Noon).IsLeft);
        var delivery = DeadLetterDecisions.PlanReplay(letter, route, Noon, patched: true).Right();
        Assert.Equal("hobom-log-of-e1", delivery.Key);
        Assert.Equal(["event-id=e1", "event-type=HOBOM_LOG", "edited=1"], delivery.Headers.Where(h => h.Name is not ("replayed-at" or "replay-of")).Select(h => $"{h.Name}={h.Value}"));
    }

    static LetterRecord Row(RowState row) => DeadLetterDecisions.Merge(null, LetterAt(Noon)) with { Row = row };
}
