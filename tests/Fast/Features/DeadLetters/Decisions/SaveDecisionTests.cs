using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Repair;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Decisions;

public sealed class SaveDecisionTests
{
    [Fact]
    public void The_first_failure_stays_the_first_and_all_else_is_the_newests()
    {
        var first = DeadLetterDecisions.Merge(null, LetterAt(Noon));
        var second = DeadLetterDecisions.Merge(first, LetterAt(Noon.AddHours(1), payload: "[1,2]") with
        {
            Topic = "other", Reason = "too large", Class = FailureClass.Permanent,
        });

        Assert.Equal((Noon, Noon.AddHours(1)), (second.FirstFailedAt, second.LastFailedAt));
        Assert.Equal(("other", "too large", FailureClass.Permanent, 5L), (
            second.Topic, second.Reason, second.Class, second.PayloadBytes));
        Assert.Equal([(1, Noon), (2, Noon.AddHours(1))], second.Attempts.Select(a => (a.Number, a.StartedAt)));
    }

    [Fact]
    public void A_visit_saved_twice_counts_once()
    {
        var once = DeadLetterDecisions.Merge(null, LetterAt(Noon));
        var twice = DeadLetterDecisions.Merge(once, LetterAt(Noon));
        Assert.Equal(1, twice.AttemptCount);
        Assert.Equal(once.Attempts, twice.Attempts);
    }

    [Property]
    public bool Of_very_many_attempts_the_first_ten_and_the_last_forty_are_kept_and_all_are_counted(byte more)
    {
        var visits = 1 + (more % 130);
        LetterRecord? record = null;
        for (var i = 0; i < visits; i++)
            record = DeadLetterDecisions.Merge(record, LetterAt(Noon.AddMinutes(i), maybeWritten: i == 15));
        var numbers = record!.Attempts.Select(a => a.Number).ToList();
        var expected = Enumerable.Range(1, visits).Where(n => n <= 10 || n > visits - 40);
        return record.AttemptCount == visits && numbers.SequenceEqual(expected)
            && record.MaybeWritten == visits > 15;
    }

    [Property]
    public bool A_life_is_never_shortened_and_lasts_72_hours_at_least(ushort hours)
    {
        var left = TimeSpan.FromHours(hours % 301);
        var onFile = new ExistingLetter(OnFile(LetterAt(Noon)), left);
        var write = (SaveDecision.Write)DeadLetterDecisions.PlanSave(onFile, LetterAt(Noon.AddHours(1)));
        return write.TimeToLive >= left && write.TimeToLive >= DeadLetter.TimeToLive;
    }

    [Fact]
    public void A_letter_kept_from_expiring_stays_so()
    {
        var onFile = new ExistingLetter(OnFile(LetterAt(Noon)), TimeLeft: null);
        var write = Assert.IsType<SaveDecision.Write>(DeadLetterDecisions.PlanSave(onFile, LetterAt(Noon.AddHours(1))));
        Assert.Null(write.TimeToLive);
    }

    [Theory]
    [InlineData(72, false)]
    [InlineData(37, false)]
    [InlineData(35, true)]
    public void A_row_refused_again_for_the_same_reason_is_written_only_to_renew_its_life(int hoursLeft, bool written)
    {
        var onFile = new ExistingLetter(OnFile(RefusedAt(Noon, "no payload")), TimeSpan.FromHours(hoursLeft));
        var decision = DeadLetterDecisions.PlanSave(onFile, RefusedAt(Noon.AddHours(1), "no payload"));
        Assert.Equal(written, decision is SaveDecision.Write);
        if (decision is SaveDecision.Write write)
            Assert.Equal((1, Noon), (write.Record.AttemptCount, write.Record.LastFailedAt));
    }

    [Fact]
    public void A_row_refused_again_that_changed_is_written_with_its_new_bytes_and_no_new_attempt()
    {
        var onFile = new ExistingLetter(OnFile(RefusedAt(Noon, "no payload")), DeadLetter.TimeToLive);
        var again = RefusedAt(Noon.AddHours(1), "no payload", raw: "{\"a\":1}");
        var write = Assert.IsType<SaveDecision.Write>(DeadLetterDecisions.PlanSave(onFile, again));
        Assert.Equal((1, 7L), (write.Record.AttemptCount, write.Record.PayloadBytes));
    }

    [Fact]
    public void A_row_refused_again_takes_the_place_of_what_a_person_made_of_it()
    {
        var refused = DeadLetterDecisions.Merge(null, RefusedAt(Noon, "no payload"));
        var mended = refused with
        {
            Edit = new LetterEdit("anna", Noon, "misspelt", "00", [new LetterChange("replace", "/a")], 1), Row = RowState.Failed,
        };
        AssertOpenAgain(mended);
        AssertOpenAgain(refused with { Discarded = new DiscardNote(Noon, "anna", "no use", Noon.AddHours(24), WasHeld: false) });

        static void AssertOpenAgain(LetterRecord onFile)
        {
            var write = Assert.IsType<SaveDecision.Write>(DeadLetterDecisions.PlanSave(
                new ExistingLetter(new RecordReading.Readable(onFile), DeadLetter.TimeToLive), RefusedAt(Noon.AddHours(1), "no payload")));
            Assert.Equal((null, null, RowState.Pending, 1), (write.Record.Edit, write.Record.Discarded, write.Record.Row, write.Record.AttemptCount));
        }
    }

    [Fact]
    public void A_row_refused_for_another_reason_adds_an_attempt()
    {
        var first = DeadLetterDecisions.Merge(null, RefusedAt(Noon, "no payload"));
        Assert.Equal(2, DeadLetterDecisions.Merge(first, RefusedAt(Noon.AddHours(1), "no title")).AttemptCount);
    }

    [Fact]
    public void A_letter_from_a_record_of_many_events_keeps_its_own_event_id_only()
    {
        var letter = LetterAt(Noon) with
        {
            Headers = [new("event-id", "e0"), new("event-id", "e1"), new("event-type", "HOBOM_LOG")],
        };
        Assert.Equal(
            [new RecordHeader("event-id", "e1"), new RecordHeader("event-type", "HOBOM_LOG")],
            DeadLetterDecisions.Merge(null, letter).Headers);
    }

    [Fact]
    public void Long_texts_are_cut_and_never_within_a_character()
    {
        var reason = new string('x', 999) + "📮" + new string('y', 100_000);
        var record = DeadLetterDecisions.Merge(null, LetterAt(Noon) with { Reason = reason });
        Assert.Equal(new string('x', 999) + "…", record.Reason);
    }

    [Fact]
    public void A_claim_outlives_a_new_failure_and_an_edit_does_not()
    {
        var edited = DeadLetterDecisions.Merge(null, LetterAt(Noon)) with
        {
            Claim = new LetterClaim("anna", "op1", "p1", Noon, Noon + LetterClaim.Life), Edit = new LetterEdit("anna", Noon, "misspelt", "00", [new LetterChange("replace", "/a")], 1),
        };
        var again = DeadLetterDecisions.Merge(edited, LetterAt(Noon.AddMinutes(1)));
        Assert.Equal(edited.Claim, again.Claim);
        Assert.Null(again.Edit);
    }

    static RecordReading.Readable OnFile(DeadLetter letter) => new(DeadLetterDecisions.Merge(null, letter));
}
