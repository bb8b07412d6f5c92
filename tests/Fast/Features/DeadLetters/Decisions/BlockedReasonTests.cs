using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Decisions;

public sealed class BlockedReasonTests
{
    [Theory]
    [InlineData(RowState.Failed, true, false, false)]
    [InlineData(RowState.Pending, true, false, true)]
    [InlineData(RowState.Pending, null, false, true)]
    [InlineData(RowState.Pending, false, false, false)]
    [InlineData(RowState.Pending, true, true, false)]
    public void A_letter_of_a_row_that_a_visit_may_deliver_is_not_replayed(
        RowState row, bool? seenPending, bool pollerPaused, bool hindered) =>
        Assert.Equal(
            hindered, DeadLetterDecisions.BlockedReason(Row(row), seenPending, pollerPaused, null) is ReplayRefusal.RowStillPending);

    [Fact]
    public void A_letter_that_failed_after_the_plan_is_not_the_one_that_was_meant()
    {
        var record = Row(RowState.Failed);
        Assert.IsType<ReplayRefusal.FailedAgain>(DeadLetterDecisions.BlockedReason(record, false, false, Noon.AddSeconds(-1)));
        Assert.Null(DeadLetterDecisions.BlockedReason(record, false, false, Noon));
    }

    static LetterRecord Row(RowState row) => DeadLetterDecisions.Merge(null, LetterAt(Noon)) with { Row = row };
}
