using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Letters;

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

    static LetterRecord Row(RowState row) => DeadLetterDecisions.Merge(null, LetterAt(Noon)) with { Row = row };
}
