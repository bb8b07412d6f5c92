using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Law;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class StepRulesTests
{
    static readonly StepFault.Failed Passing =
        new(new PublishFailure.Transient("c", "m"), TryAgain: true, NeighbourAway: false);

    [Fact]
    public void A_step_is_tried_three_times_with_200_and_400_ms_between()
    {
        Assert.Equal(new NextTry(TimeSpan.FromMilliseconds(200)), After(Passing, 1).Right());
        Assert.Equal(new NextTry(TimeSpan.FromMilliseconds(400)), After(Passing, 2).Right());
        Assert.IsType<NoNextStepTry.GiveUp>(After(Passing, 3).Left());
        Assert.IsType<NoNextStepTry.GiveUp>(After(Passing with { TryAgain = false }, 1).Left());
    }

    [Fact]
    public void A_wait_that_was_asked_for_is_heeded_whatever_the_attempts_and_grows_where_no_length_was_named()
    {
        Assert.Equal(
            new NextTry(TimeSpan.FromSeconds(90)),
            After(new StepFault.AskedToWait(TimeSpan.FromSeconds(90), "m"), 3).Right());
        double[] own = [.. Enumerable.Range(0, 8).Select(waits =>
            After(new StepFault.AskedToWait(null, "m"), 0, waits).Right().Delay.TotalSeconds)];
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], own);
    }

    [Property]
    public bool Waiting_ends_within_ten_minutes_and_some_hundred_asks(NonNegativeInt wishMs)
    {
        var wish = new StepFault.AskedToWait(TimeSpan.FromMilliseconds(wishMs.Get * 1000L % 2_000_000), "m");
        var waited = TimeSpan.Zero;
        var waits = 0;
        while (StepRules.After(wish, 0, RetryPolicy.Contract, waits, waited, 0).TryGetRight(out var next, out _))
        {
            waited += next.Delay;
            if (++waits > 600) return false;
        }

        return waited <= StepRules.WaitLimit;
    }

    [Fact]
    public void A_wish_beyond_the_limit_leaves_the_row_and_the_neighbour_alone()
    {
        var left = Assert.IsType<NoNextStepTry.LeavePending>(After(new StepFault.AskedToWait(TimeSpan.FromHours(1), "quota"), 0).Left());
        Assert.Equal(("quota", TimeSpan.FromHours(1)), (left.Problem, left.QuietFor));
    }

    [Property]
    public void A_flow_of_its_own_policy_tries_as_often_as_that_says(PositiveInt limit, PositiveInt attempts) =>
        Assert.Equal(
            attempts.Get < limit.Get,
            StepRules.After(Passing, attempts.Get, RetryPolicy.Contract with { AttemptLimit = limit.Get }, 0, TimeSpan.Zero, 0).IsRight);

    static Either<NoNextStepTry, NextTry> After(StepFault fault, int attempts, int waits = 0) =>
        StepRules.After(fault, attempts, RetryPolicy.Contract, waits, TimeSpan.Zero, 0);
}
