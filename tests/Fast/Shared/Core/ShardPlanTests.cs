using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

/// <summary>Processes that look in any order, and know who shares the flow.</summary>
public class ShardPlanTests
{
    [Property(MaxTest = 500)]
    public void All_shards_are_taken_shares_differ_by_one_at_most_and_then_nothing_moves_any_more(int seed)
    {
        var chance = new Random(seed);
        var count = new ShardCount(chance.Next(1, 65));
        var owners = new string?[count.Value];
        var alive = Enumerable.Range(0, chance.Next(1, 10)).Select(_ => Name(chance)).ToList();
        for (var change = 0; change < 4; change++)
        {
            // Each takes or gives at most once: nobody goes beyond its share and back.
            for (var round = 0; round < 2; round++)
                foreach (var process in alive.OrderBy(_ => chance.Next()).ToList()) Act(process, alive, owners, count);
            var sizes = alive.Select(p => owners.Count(o => o == p)).ToList();
            Assert.Equal(count.Value, sizes.Sum());
            Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
            Assert.All(alive, p => Assert.Equal((0, 0), Moves(p, alive, owners, count)));
            if (alive.Count > 1 && chance.Next(2) == 0)
            {
                var dead = alive[chance.Next(alive.Count)];
                alive.Remove(dead);
                for (var n = 0; n < owners.Length; n++) owners[n] = owners[n] == dead ? null : owners[n];
            }
            else alive.Add(Name(chance));
        }
    }

    [Fact]
    public void A_process_that_nobody_has_heard_of_yet_counts_itself()
    {
        var plan = ShardPlan.Of("b", ["a"], new ShardCount(8), new HashSet<int>(), _ => true);
        Assert.Equal((4, 0), (plan.Lacking, plan.Give.Count));
        Assert.Equal([4, 5, 6, 7], plan.Take.Take(4));
    }

    [Fact]
    public void Of_more_processes_than_shards_some_have_none()
    {
        var count = new ShardCount(2);
        Assert.Equal(
            [1, 1, 0], new[] { "a", "b", "c" }.Select(p => ShardPlan.Of(p, ["c", "b", "a"], count, new HashSet<int>(), _ => true).Lacking));
    }

    [Fact]
    public void What_another_has_is_not_asked_for_and_what_is_beyond_the_share_is_given()
    {
        var count = new ShardCount(4);
        Assert.Equal([2], ShardPlan.Of("a", ["a", "b"], count, new HashSet<int> { 0 }, n => n == 2).Take);
        Assert.Equal([2, 3], ShardPlan.Of("a", ["a", "b"], count, new HashSet<int> { 0, 1, 2, 3 }, _ => false).Give);
    }

    static string Name(Random chance) => $"{chance.Next():x8}";

    static void Act(string process, List<string> alive, string?[] owners, ShardCount count)
    {
        var plan = PlanOf(process, alive, owners, count);
        foreach (var given in plan.Give) owners[given] = null;
        foreach (var taken in plan.Take.Take(plan.Lacking)) owners[taken] = process;
    }

    static (int Taken, int Given) Moves(string process, List<string> alive, string?[] owners, ShardCount count)
    {
        var plan = PlanOf(process, alive, owners, count);
        return (Math.Min(plan.Lacking, plan.Take.Count), plan.Give.Count);
    }

    static ShardPlan PlanOf(string process, List<string> alive, string?[] owners, ShardCount count) => ShardPlan.Of(
        process, alive, count, Enumerable.Range(0, owners.Length).Where(n => owners[n] == process).ToHashSet(), n => owners[n] is null);
}
