using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

[Properties(Arbitrary = [typeof(RetryInputs)])]
public class RetryPolicyTests
{
    static readonly PublishFailure Transient = new PublishFailure.Transient("X", "not now");
    static readonly PublishFailure Unknown = new PublishFailure.Unknown("X", "no answer");

    [Property]
    public void Delays_never_shrink_whatever_chance_says(RetryPolicy policy, Chance[] chances)
    {
        var delays = chances.Select((chance, made) => policy.DelayAfter(made + 1, chance.Share)).ToArray();
        Assert.Equal(delays.Order(), delays);
    }

    [Property]
    public bool Delays_never_pass_the_limit(RetryPolicy policy, PositiveInt attemptsMade, Chance chance) =>
        policy.DelayAfter(attemptsMade.Get, chance.Share) <= policy.DelayLimit;

    [Property]
    public void A_retry_follows_while_the_limit_is_not_reached_and_never_after(
        RetryPolicy policy, PositiveInt attemptsMade, Chance chance)
    {
        var next = policy.Next(Transient, attemptsMade.Get, 0, chance.Share);
        Assert.Equal(attemptsMade.Get < policy.AttemptLimit, next is RetryDecision.RetryAfter);
        Assert.Equal(attemptsMade.Get >= policy.AttemptLimit, next is RetryDecision.GiveUp);
    }

    [Property]
    public void The_contract_waits_200_ms_then_400_ms_at_least_and_makes_three_attempts(Chance first, Chance second)
    {
        var contract = RetryPolicy.Contract;
        Assert.InRange(DelayOf(contract.Next(Transient, 1, 0, first.Share)), 200, 220);
        Assert.InRange(DelayOf(contract.Next(Transient, 2, 0, second.Share)), 400, 440);
        Assert.IsType<RetryDecision.GiveUp>(contract.Next(Transient, 3, 0, 0));
    }

    [Property]
    public void Asking_twice_gives_the_same_answer(
        RetryPolicy policy, PositiveInt attemptsMade, NonNegativeInt unknownsMade, Chance chance)
    {
        foreach (var failure in RetryInputs.Failures)
        {
            Assert.Equal(
                policy.Next(failure, attemptsMade.Get, unknownsMade.Get, chance.Share),
                policy.Next(failure, attemptsMade.Get, unknownsMade.Get, chance.Share));
        }
    }

    [Property]
    public bool A_permanent_failure_ends_the_first_attempt(RetryPolicy policy, PositiveInt made, NonNegativeInt unknowns) =>
        policy.Next(new PublishFailure.Permanent("X", "too large"), made.Get, unknowns.Get, 0) is RetryDecision.GiveUp;

    [Property]
    public bool Stopping_says_nothing_of_the_event(RetryPolicy policy, PositiveInt made, NonNegativeInt unknowns) =>
        policy.Next(new PublishFailure.Stopping("X", "stopping"), made.Get, unknowns.Get, 0) is RetryDecision.LeavePending;

    [Property]
    public bool An_unknown_outcome_is_left_to_a_later_visit_until_its_own_limit(
        RetryPolicy policy, PositiveInt made, PositiveInt unknowns) =>
        policy.Next(Unknown, made.Get, unknowns.Get, 0) is RetryDecision.LeavePending == unknowns.Get < policy.AttemptLimit;

    [Property]
    public bool An_unknown_outcome_is_never_tried_again_at_once(RetryPolicy policy, PositiveInt made, PositiveInt unknowns) =>
        policy.Next(Unknown, made.Get, unknowns.Get, 0) is not RetryDecision.RetryAfter;

    static double DelayOf(RetryDecision decision) => Assert.IsType<RetryDecision.RetryAfter>(decision).Delay.TotalMilliseconds;
}

/// <summary>From 0 to 1, both included.</summary>
public readonly record struct Chance(double Share);

static class RetryInputs
{
    public static readonly PublishFailure[] Failures =
    [
        new PublishFailure.Transient("X", ""), new PublishFailure.Permanent("X", ""), new PublishFailure.Unknown("X", ""),
        new PublishFailure.Stopping("X", ""),
    ];

    public static Arbitrary<Chance> Chances() => Gen.Choose(0, 1000).Select(n => new Chance(n / 1000.0)).ToArbitrary();

    public static Arbitrary<RetryPolicy> Policies() => (
        from attempts in Gen.Choose(1, 12)
        from initial in Gen.Choose(0, 5000)
        from multiplier in Gen.Choose(100, 400)
        from limit in Gen.Choose(1, 60_000)
        from jitter in Gen.Choose(0, 100)
        select new RetryPolicy(
            attempts, TimeSpan.FromMilliseconds(initial), multiplier / 100.0, TimeSpan.FromMilliseconds(limit),
            ((multiplier / 100.0) - 1) * jitter / 100.0)).ToArbitrary();
}
