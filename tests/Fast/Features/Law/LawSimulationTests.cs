using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Law;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawSimulationTests
{
    /// <summary>
    /// An answer that a dying process took with it is lost, and so is its price: nothing else costs a second call.
    /// </summary>
    [Property(MaxTest = 500)]
    public void Calls_to_the_LLM_are_the_distinct_inputs_whatever_step_is_killed(int seed)
    {
        var run = new LawSimulation(seed, faultShare: 0);
        run.Run(crashes: 6);
        foreach (var calls in run.World.Generated.GroupBy(input => input, StringComparer.Ordinal))
        {
            var lost = run.LostToCrashes.GetValueOrDefault(calls.Key);
            Assert.InRange(calls.Count(), 1, Math.Min(1 + lost, GenerateCalls.Limit));
        }

        AssertPromises(run);
    }

    [Property(MaxTest = 500)]
    public void Without_a_crash_each_input_is_paid_for_once_and_each_row_is_SENT(int seed)
    {
        var run = new LawSimulation(seed, faultShare: 0);
        run.Run(crashes: 0);
        Assert.Equal(run.World.Generated.Distinct(StringComparer.Ordinal).Count(), run.World.Generated.Count);
        Assert.All(run.World.Rows.Values, r => Assert.Equal("SENT", r.Status));
        AssertPromises(run);
    }

    [Property(MaxTest = 1000)]
    public void No_fault_and_no_crash_breaks_a_promise(int seed)
    {
        var run = new LawSimulation(seed, faultShare: new Random(seed).NextDouble() * 0.4);
        run.Run(crashes: 4);
        Assert.All(
            run.World.Generated.GroupBy(input => input, StringComparer.Ordinal),
            calls => Assert.InRange(calls.Count(), 1, GenerateCalls.Limit));
        AssertPromises(run);
    }

    static void AssertPromises(LawSimulation run)
    {
        Assert.Empty(run.Violations);
        foreach (var (id, row) in run.World.Rows)
        {
            var isSaved = run.World.SavedDiffs.Contains($"diff-{id}");
            var letter = run.World.Letters.GetValueOrDefault($"dlq:law:{id}");
            Assert.NotEqual("PENDING", row.Status);
            if (row.Status is "SENT") Assert.True(isSaved && letter is null, $"{id} is SENT, saved: {isSaved}, {letter}");
            if (row.Status is not "FAILED") continue;
            Assert.NotNull(letter);
            if (isSaved) Assert.Equal(FailureClass.Unknown, letter.Class);
        }

        Assert.Equal(run.World.SavedDiffs.Distinct(StringComparer.Ordinal).Count(), run.World.SavedDiffs.Count);
    }
}
