using System.Diagnostics;
using System.Text;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Actions;

public sealed class LetterActionsTests
{
    static readonly LetterRecord Failed = DeadLetterDecisions.Merge(null, LetterAt(Noon)) with { Row = RowState.Failed };

    [Fact]
    public void A_discard_keeps_a_letter_for_a_day_and_says_who_and_why()
    {
        var write = Assert.IsType<LetterPlan.Write>(Plan(LetterAction.Discard, Open(TimeSpan.FromHours(1))));
        Assert.Equal(TimeSpan.FromHours(24), write.Life);
        Assert.Equal(("anna", "sent by hand", Noon.AddHours(24)), (write.Record!.Discarded!.By, write.Record.Discarded.Reason, write.Record.Discarded.Until));
        Assert.Equal((LetterState.Discarded, RowState.Failed), (write.Summary.State, write.Record.Row));
        Assert.Equal("discard", Assert.Single(write.Record.History!).Action);
    }

    [Fact]
    public void A_provisional_letter_is_not_discarded()
    {
        var sight = Open(TimeSpan.FromHours(1)) with { Record = new RecordReading.Readable(Failed with { Row = RowState.Pending }) };
        Assert.Contains("PENDING", Assert.IsType<LetterPlan.Refused>(Plan(LetterAction.Discard, sight)).Reason, StringComparison.Ordinal);
        Assert.IsType<LetterPlan.Write>(Plan(LetterAction.Hold, sight));
    }

    [Theory]
    [InlineData(LetterAction.Hold, 1.0, "write never")]
    [InlineData(LetterAction.Hold, null, "nothing")]
    [InlineData(LetterAction.Extend, 1.0, "write 72")]
    [InlineData(LetterAction.Extend, 200.0, "write 200")]
    [InlineData(LetterAction.Extend, null, "nothing")]
    [InlineData(LetterAction.Release, null, "write 72")]
    [InlineData(LetterAction.Release, 1.0, "nothing")]
    [InlineData(LetterAction.Restore, 1.0, "refused")]
    public void No_action_but_a_discard_shortens_a_life(LetterAction action, double? hoursLeft, string expected) =>
        Assert.Equal(expected, Plan(action, Open(hoursLeft is { } h ? TimeSpan.FromHours(h) : null)) switch
        {
            LetterPlan.Write(_, _, null) => "write never",
            LetterPlan.Write(_, _, { } life) => $"write {life.TotalHours}",
            LetterPlan.Nothing => "nothing",
            _ => "refused",
        });

    /// <summary>An action that the table does not name would have to be looked at here first.</summary>
    [Fact]
    public void Only_a_discard_puts_a_letter_aside_and_an_action_that_nobody_planned_does_nothing()
    {
        var asides = Enum.GetValues<LetterAction>().Where(action =>
            Plan(action, Open(TimeSpan.FromHours(1))) is LetterPlan.Write { Summary.State: LetterState.Discarded });
        Assert.Equal([LetterAction.Discard], asides);
        Assert.Throws<UnreachableException>(() => Plan((LetterAction)Enum.GetValues<LetterAction>().Length, Open(TimeSpan.FromHours(1))));
    }

    [Fact]
    public void What_was_held_before_its_discard_is_held_after_it_is_undone()
    {
        foreach (var (left, after) in ((TimeSpan?, TimeSpan?)[])[(null, null), (TimeSpan.FromHours(1), TimeSpan.FromHours(72))])
        {
            var discard = Assert.IsType<LetterPlan.Write>(Plan(LetterAction.Discard, Open(left)));
            var aside = new LetterSnapshot(false, true, new RecordReading.Readable(discard.Record!), discard.Summary, null);
            var restore = Assert.IsType<LetterPlan.Write>(Plan(LetterAction.Restore, aside));
            Assert.Equal((after, LetterState.Open), (restore.Life, restore.Summary.State));
            Assert.Equal(["discard", "restore"], restore.Record!.History!.Select(h => h.Action));
            Assert.Null(restore.Record.Discarded);
            Assert.Equal(("discard", "restore"), (discard.Summary.LastAction!.Action, restore.Summary.LastAction!.Action));
            Assert.Null(restore.Summary.LastAction.Note);
        }
    }

    [Fact]
    public void Another_writers_letter_without_a_record_is_discarded_and_restored_too()
    {
        var foreign = new LetterSnapshot(true, false, RecordReading.None.Instance, LetterSummary.OfUnreadable("x", Noon, 7), TimeSpan.FromHours(5));
        var discard = Assert.IsType<LetterPlan.Write>(Plan(LetterAction.Discard, foreign));
        Assert.Equal((null, "anna"), (discard.Record, discard.Summary.Discarded!.By));
        Assert.Equal(new HistoryEntry(Noon, "anna", "discard"), discard.Summary.LastAction);
        var aside = foreign with { Exists = false, IsDiscarded = true, Summary = discard.Summary };
        var restore = Assert.IsType<LetterPlan.Write>(Plan(LetterAction.Restore, aside));
        Assert.Equal((LetterState.Open, null), (restore.Summary.State, restore.Summary.Discarded));
    }

    [Theory]
    [InlineData(LetterAction.Hold)]
    [InlineData(LetterAction.Extend)]
    [InlineData(LetterAction.Release)]
    [InlineData(LetterAction.Discard)]
    [InlineData(LetterAction.Restore)]
    public void Where_there_is_no_letter_nothing_is_done(LetterAction action) =>
        Assert.IsType<LetterPlan.NoLetter>(Plan(action, new LetterSnapshot(false, false, RecordReading.None.Instance, null, null)));

    [Fact]
    public void A_letter_that_fails_again_after_its_discard_is_open_again_and_keeps_its_history()
    {
        var discarded = ((LetterPlan.Write)Plan(LetterAction.Discard, Open(null))).Record!;
        var sight = new LetterSnapshot(false, true, new RecordReading.Readable(discarded), null, null);
        var again = Assert.IsType<SaveDecision.Write>(DeadLetterDecisions.PlanSave(sight.OnFile, LetterAt(Noon.AddHours(1))));
        Assert.Equal((TimeSpan.FromHours(72), null, 2), (again.TimeToLive, again.Record.Discarded, again.Record.AttemptCount));
        Assert.Equal("discard", Assert.Single(again.Record.History!).Action);
    }

    [Fact]
    public void Of_many_things_done_to_a_letter_the_last_fifty_are_kept()
    {
        var record = Failed;
        for (var i = 0; i < 70; i++) record = record.Noting(new HistoryEntry(Noon.AddMinutes(i), "anna", "hold", new string('x', i * 10)));
        Assert.Equal((50, Noon.AddMinutes(20)), (record.History!.Count, record.History[0].At));
        Assert.All(record.History, h => Assert.InRange(h.Note!.Length, 0, 301));
        var read = Assert.IsType<RecordReading.Readable>(LetterRecordText.Parse(LetterRecordText.Format(record)));
        Assert.Equal(record.History, read.Record.History);
    }

    [Fact]
    public void A_summary_reads_back_as_it_was_written_and_what_is_none_is_null()
    {
        var discarded = ((LetterPlan.Write)Plan(LetterAction.Discard, Open(null))).Summary;
        foreach (var summary in (LetterSummary[])[LetterSummary.Of(Failed), discarded, LetterSummary.OfUnreadable("why", Noon, 9)])
            Assert.Equal(summary, LetterSummary.Parse(summary.Format()));
        foreach (var text in (string[])["", "x", "null", "[]", "{}", "{\"v\":1}", Encoding.UTF8.GetString(discarded.Format()).Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal)])
            Assert.Null(LetterSummary.Parse(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void A_tombstone_tells_the_cause_and_no_value_of_the_error()
    {
        var summary = LetterSummary.Of(Failed with { Reason = "no such user anna@example.org" });
        var stone = Tombstone.Of(Key, summary, LetterEnd.Expired, Noon.AddHours(72), Noon.AddHours(73));
        var text = Encoding.UTF8.GetString(stone.Format());
        Assert.DoesNotContain("anna@", text, StringComparison.Ordinal);
        Assert.Contains("\"why\":\"expired\"", text, StringComparison.Ordinal);
        Assert.Equal(("no such user <email>", Failed.PayloadSha256), (stone.Cause, stone.PayloadSha256));
        Assert.Equal(stone, Tombstone.Parse(stone.Format()));
    }

    static LetterPlan Plan(LetterAction action, LetterSnapshot seen) =>
        LetterActions.Plan(new LetterCommand(action, "anna", "sent by hand"), seen, Noon);

    static LetterSnapshot Open(TimeSpan? left) => new(true, false, new RecordReading.Readable(Failed), LetterSummary.Of(Failed), left);
}
