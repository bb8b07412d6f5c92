using Hobom.Slices.Core;
using Hobom.Slices.Law;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class StepFaultsTests
{
    /// <summary>The rule for a refused save, in full.</summary>
    [Theory]
    // Nothing of ours can be there: a refusal like another.
    [InlineData(CallFailureKind.Internal, false, FailureClass.Transient, true)]
    [InlineData(CallFailureKind.InvalidArgument, false, FailureClass.Permanent, false)]
    [InlineData(CallFailureKind.Unauthenticated, false, FailureClass.Permanent, false)]
    [InlineData(CallFailureKind.NotFound, false, FailureClass.Permanent, false)]
    // Nobody saw the end of this one.
    [InlineData(CallFailureKind.Unavailable, false, FailureClass.Unknown, true)]
    [InlineData(CallFailureKind.DeadlineExceeded, false, FailureClass.Unknown, true)]
    [InlineData(CallFailureKind.Unknown, false, FailureClass.Unknown, true)]
    [InlineData(CallFailureKind.Cancelled, false, FailureClass.Unknown, true)]
    // Nobody saw the end of an earlier one: INTERNAL is what a second save is answered, and ends it.
    [InlineData(CallFailureKind.Internal, true, FailureClass.Unknown, false)]
    [InlineData(CallFailureKind.InvalidArgument, true, FailureClass.Unknown, false)]
    [InlineData(CallFailureKind.Unauthenticated, true, FailureClass.Unknown, false)]
    [InlineData(CallFailureKind.Unavailable, true, FailureClass.Unknown, true)]
    [InlineData(CallFailureKind.DeadlineExceeded, true, FailureClass.Unknown, true)]
    public void A_failed_save_is_unknown_once_any_save_ended_unseen_and_INTERNAL_then_ends_the_tries(
        CallFailureKind kind, bool inDoubt, FailureClass expected, bool tryAgain)
    {
        var fault = Assert.IsType<StepFault.Failed>(StepFaults.OfSave(new CallFailure(kind, "said"), inDoubt));
        Assert.Equal((expected, tryAgain), (fault.Failure.Class, fault.TryAgain));
        Assert.Contains("said", fault.Failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CallFailureKind.Unavailable, true, true)]
    [InlineData(CallFailureKind.DeadlineExceeded, true, false)]
    [InlineData(CallFailureKind.Unknown, true, false)]
    [InlineData(CallFailureKind.Internal, true, false)]
    [InlineData(CallFailureKind.Unauthenticated, false, true)]
    [InlineData(CallFailureKind.PermissionDenied, false, true)]
    [InlineData(CallFailureKind.Unimplemented, false, true)]
    [InlineData(CallFailureKind.InvalidArgument, false, false)]
    [InlineData(CallFailureKind.TooLarge, false, false)]
    public void A_failed_generation_is_tried_again_where_that_may_help(CallFailureKind kind, bool tryAgain, bool away)
    {
        var fault = Assert.IsType<StepFault.Failed>(StepFaults.OfGenerate(new CallFailure(kind, "said")));
        Assert.Equal((tryAgain, away), (fault.TryAgain, fault.NeighbourAway));
    }

    [Fact]
    public void RESOURCE_EXHAUSTED_and_a_hint_ask_to_wait_but_a_doubtful_save_refused_with_INTERNAL_ends()
    {
        var exhausted = new CallFailure(CallFailureKind.ResourceExhausted, "quota");
        var hinted = new CallFailure(CallFailureKind.Internal, "later", TimeSpan.FromSeconds(7));
        Assert.Null(Assert.IsType<StepFault.AskedToWait>(StepFaults.OfGenerate(exhausted)).Wait);
        Assert.IsType<StepFault.AskedToWait>(StepFaults.OfSave(exhausted, inDoubt: true));
        Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<StepFault.AskedToWait>(StepFaults.OfGenerate(hinted)).Wait);
        Assert.IsType<StepFault.AskedToWait>(StepFaults.OfSave(hinted, inDoubt: false));
        Assert.IsType<StepFault.Failed>(StepFaults.OfSave(hinted, inDoubt: true));
        Assert.IsType<StepFault.Failed>(StepFaults.OfGenerate(
            new CallFailure(CallFailureKind.Unauthenticated, "key", TimeSpan.FromSeconds(7))));
    }

    [Fact]
    public void A_generation_that_may_have_been_done_counts_as_paid_and_an_absent_LLM_does_not()
    {
        CallFailureKind[] paid = [.. Enum.GetValues<CallFailureKind>().Where(StepFaults.MayBePaid)];
        Assert.Equal(
            [
                CallFailureKind.DeadlineExceeded, CallFailureKind.Unknown, CallFailureKind.TooLarge,
                CallFailureKind.Internal, CallFailureKind.Cancelled,
            ],
            paid);
    }
}
