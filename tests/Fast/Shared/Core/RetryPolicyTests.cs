using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using LanguageExt;

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
        var after = Flow(policy).AfterPublish(Transient, attemptsMade.Get, 0, chance.Share);
        Assert.Equal(attemptsMade.Get < policy.AttemptLimit, after.IsRight);
        Assert.Equal(attemptsMade.Get >= policy.AttemptLimit, Gives(after));
    }

    [Property]
    public void The_contract_waits_200_ms_then_400_ms_at_least_and_makes_three_attempts(Chance first, Chance second)
    {
        var contract = FlowPolicies.Contract;
        Assert.InRange(contract.AfterPublish(Transient, 1, 0, first.Share).Right().Delay.TotalMilliseconds, 200, 220);
        Assert.InRange(contract.AfterPublish(Transient, 2, 0, second.Share).Right().Delay.TotalMilliseconds, 400, 440);
        Assert.True(Gives(contract.AfterPublish(Transient, 3, 0, 0)));
    }

    [Property]
    public void Asking_twice_gives_the_same_answer(
        RetryPolicy policy, PositiveInt attemptsMade, NonNegativeInt unknownsMade, Chance chance)
    {
        foreach (var failure in RetryInputs.Failures)
        {
            Assert.Equal(
                Flow(policy).AfterPublish(failure, attemptsMade.Get, unknownsMade.Get, chance.Share),
                Flow(policy).AfterPublish(failure, attemptsMade.Get, unknownsMade.Get, chance.Share));
        }
    }

    [Property]
    public bool A_permanent_failure_ends_the_first_attempt(RetryPolicy policy, PositiveInt made, NonNegativeInt unknowns) =>
        Gives(Flow(policy).AfterPublish(new PublishFailure.Permanent("X", "too large"), made.Get, unknowns.Get, 0));

    [Property]
    public bool Stopping_says_nothing_of_the_event(RetryPolicy policy, PositiveInt made, NonNegativeInt unknowns) =>
        Leaves(Flow(policy).AfterPublish(new PublishFailure.Stopping("X", "stopping"), made.Get, unknowns.Get, 0));

    [Property]
    public bool An_unknown_outcome_is_left_to_a_later_visit_until_its_own_limit(
        RetryPolicy policy, PositiveInt limit, PositiveInt made, PositiveInt unknowns) =>
        Leaves((Flow(policy) with { UnknownLimit = limit.Get }).AfterPublish(Unknown, made.Get, unknowns.Get, 0)) == unknowns.Get < limit.Get;

    [Property]
    public bool An_unknown_outcome_is_never_tried_again_at_once(RetryPolicy policy, PositiveInt made, PositiveInt unknowns) =>
        Flow(policy).AfterPublish(Unknown, made.Get, unknowns.Get, 0).IsLeft;

    [Fact]
    public void Every_failure_has_what_follows_it_and_a_class() => Assert.Equal(
        typeof(PublishFailure).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
        RetryInputs.Failures.Where(f => Enum.IsDefined(f.Class) && FlowPolicies.Contract.AfterPublish(f, 1, 0, 0) is { IsBottom: false })
            .Select(f => f.GetType().Name).Order(StringComparer.Ordinal));

    static FlowPolicies Flow(RetryPolicy policy) => FlowPolicies.Contract with { Publish = policy };

    static bool Gives(Either<NoNextTry, NextTry> after) => after.Match(_ => false, end => end is NoNextTry.GiveUp);

    static bool Leaves(Either<NoNextTry, NextTry> after) => after.Match(_ => false, end => end is NoNextTry.LeavePending);
}

/// <summary>From 0 to 1, both included.</summary>
public readonly record struct Chance(double Share);

static class RetryInputs
{
    public static readonly PublishFailure[] Failures =
    [
        new PublishFailure.Transient("X", ""), new PublishFailure.Permanent("X", ""), new PublishFailure.Unknown("X", ""),
        new PublishFailure.TooLarge("X", ""), new PublishFailure.Stopping("X", ""),
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
