using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

public class SettlementTests
{
    static readonly DeadLetter Letter = new(
        new DeadLetterKey(new Category("menu"), "e1"), new EventId("e1"), "MESSAGE", new byte[] { 1 }, "t", "k", [],
        DeadLetter.PublishStage, FailureClass.Permanent, "too large", [], DateTimeOffset.UnixEpoch);

    [Property]
    public bool Success_never_writes_a_letter(bool staleLetter) =>
        !Settlement.Of(new EventOutcome.Published(staleLetter)).Any(step => step is SettlementStep.SaveDeadLetter);

    [Property]
    public void Success_ends_with_the_mark_and_only_a_stale_letter_goes_before_it(bool staleLetter) =>
        Assert.Equal(
            staleLetter ? [SettlementStep.DropStaleLetter.Instance, SettlementStep.MarkSent.Instance] : [SettlementStep.MarkSent.Instance],
            Settlement.Of(new EventOutcome.Published(staleLetter)));

    [Property]
    public void A_letter_is_saved_before_its_row_is_marked_failed(bool refused)
    {
        EventOutcome outcome = refused ? new EventOutcome.Refused(Letter, CanBeMarked: true) : new EventOutcome.GaveUp(Letter);
        Assert.Equal(
            [new SettlementStep.SaveDeadLetter(Letter), new SettlementStep.MarkFailed("too large")],
            Settlement.Of(outcome));
    }

    [Fact]
    public void A_refused_row_without_an_id_is_stored_and_not_marked() =>
        Assert.Equal(
            [new SettlementStep.SaveDeadLetter(Letter)],
            Settlement.Of(new EventOutcome.Refused(Letter, CanBeMarked: false)));

    [Fact]
    public void Every_outcome_has_its_settlement()
    {
        EventOutcome[] outcomes =
        [
            new EventOutcome.Published(StaleLetter: false), new EventOutcome.GaveUp(Letter),
            new EventOutcome.Refused(Letter, CanBeMarked: true), new EventOutcome.LeftPending(),
        ];
        Assert.Equal(
            typeof(EventOutcome).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
            outcomes.Select(o => o.GetType().Name).Order(StringComparer.Ordinal));
        Assert.All(outcomes, outcome => Assert.NotNull(Settlement.Of(outcome)));
    }

    [Fact]
    public void What_is_left_pending_writes_nothing() => Assert.Empty(Settlement.Of(new EventOutcome.LeftPending()));
}
