using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

[Properties(Arbitrary = [typeof(CircuitStories)])]
public class CircuitTests
{
    [Fact]
    public void It_opens_when_so_many_in_a_row_have_failed_and_closes_with_the_first_that_is_delivered()
    {
        var circuit = Circuit.Closed;
        for (var failed = 1; failed <= Circuit.LetterLimit; failed++)
        {
            Assert.False(circuit.IsOpen);
            (circuit, var mayBeLetter) = circuit.AfterFailed(FaultScope.Topic, 1, gaveUp: true, TimeSpan.Zero);
            Assert.True(mayBeLetter);
        }

        Assert.True(circuit.IsOpen);
        Assert.False(circuit.AfterDelivered(TimeSpan.Zero).IsOpen);
    }

    [Property]
    public void An_outage_makes_no_more_letters_than_the_limit_however_many_records_are_delivered_in_between(CircuitStep[] steps)
    {
        var circuit = Circuit.Closed;
        var letters = 0;
        foreach (var step in steps.Where(s => s.Delivered || s.Scope.IsOutage()))
        {
            if (step.Delivered) circuit = circuit.AfterDelivered(TimeSpan.FromSeconds(1));
            else
            {
                (circuit, var may) = circuit.AfterFailed(step.Scope, step.Events, step.GaveUp, TimeSpan.FromSeconds(1));
                if (may) letters += step.Events;
            }
        }

        Assert.InRange(letters, 0, Circuit.LetterLimit);
    }

    [Property]
    public void While_nothing_is_delivered_no_more_letters_are_made_than_the_limit_whatever_the_errors_that_are_not_one_records_own(
        CircuitStep[] steps)
    {
        var circuit = Circuit.Closed;
        var letters = 0;
        foreach (var step in steps.Where(s => s.Scope.SaysOfOthers()))
        {
            // An array whose error is unclear is divided before it is given up.
            (circuit, var may) = circuit.AfterFailed(step.Scope, step.Scope.IsOutage() ? step.Events : 1, step.GaveUp, TimeSpan.FromHours(1));
            if (may) letters += step.Scope.IsOutage() ? step.Events : 1;
        }

        Assert.InRange(letters, 0, Circuit.LetterLimit);
    }

    [Property]
    public void A_records_own_fault_and_the_end_of_this_process_change_nothing(CircuitStep[] before, CircuitStep step)
    {
        var circuit = After(before);
        foreach (var scope in (FaultScope[])[FaultScope.Record, FaultScope.None])
            Assert.Equal((circuit, step.GaveUp), circuit.AfterFailed(scope, step.Events, step.GaveUp, TimeSpan.Zero));
    }

    [Property]
    public void Any_failure_that_may_befall_others_opens_it_when_there_are_enough_whether_or_not_they_became_letters(
        CircuitStep[] before, CircuitStep step)
    {
        var circuit = After(before);
        for (var i = 0; i < Circuit.LetterLimit; i++)
            circuit = circuit.AfterFailed(step.Scope.SaysOfOthers() ? step.Scope : FaultScope.Cluster, step.Events, step.GaveUp, TimeSpan.Zero).Next;
        Assert.True(circuit.IsOpen);
    }

    [Property]
    public void After_a_quiet_time_the_next_outage_makes_letters_of_its_own(CircuitStep[] before)
    {
        var later = After(before).AfterDelivered(TimeSpan.FromSeconds(1) + Circuit.Quiet);
        Assert.True(later.AfterFailed(FaultScope.Topic, 1, gaveUp: true, TimeSpan.FromSeconds(2) + Circuit.Quiet).MayBeLetters);
    }

    [Fact]
    public void Every_scope_is_either_an_outage_or_not_and_none_is_forgotten() => Assert.Equal(
        [FaultScope.Topic, FaultScope.Account, FaultScope.Cluster, FaultScope.Process],
        Enum.GetValues<FaultScope>().Where(s => s.IsOutage()));

    static Circuit After(CircuitStep[] steps) => steps.Aggregate(Circuit.Closed, (circuit, step) =>
        step.Delivered
            ? circuit.AfterDelivered(TimeSpan.FromSeconds(1))
            : circuit.AfterFailed(step.Scope, step.Events, step.GaveUp, TimeSpan.FromSeconds(1)).Next);
}

public sealed record CircuitStep(bool Delivered, FaultScope Scope, int Events, bool GaveUp);

static class CircuitStories
{
    public static Arbitrary<CircuitStep> Steps() => (
        from delivered in Gen.Frequency((1, Gen.Constant(true)), (4, Gen.Constant(false)))
        from scope in Gen.Elements(Enum.GetValues<FaultScope>())
        from events in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(1, 400)))
        from gaveUp in Gen.Elements(true, false)
        select new CircuitStep(delivered, scope, events, gaveUp)).ToArbitrary();
}
