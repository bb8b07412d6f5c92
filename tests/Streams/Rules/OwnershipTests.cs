using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class OwnershipTests
{
    /// <summary>Processes come and go; in the end every shard has an owner, and no two processes are more than one apart.</summary>
    [Property]
    public Property Shards_end_up_owned_and_spread() =>
        Prop.ForAll(
            (from shards in Gen.Choose(1, 20) from processes in Gen.Choose(1, 6) from owners in Gen.Choose(-1, 7)
                .ListOf(shards) select (shards, processes, owners)).ToArbitrary(),
            drawn =>
            {
                string[] alive = [.. Enumerable.Range(0, drawn.processes).Select(p => $"p{p}")];
                var owners = drawn.owners.Select((o, i) => (Stream: $"s{i}", Owner: o >= 0 && o < drawn.processes ? $"p{o}" : null))
                    .ToDictionary(o => o.Stream, o => o.Owner);
                for (var round = 0; round < 60; round++)
                    foreach (var me in alive)
                    {
                        var plan = OwnershipPlan.Of(me, alive, owners);
                        foreach (var stream in plan.Take) owners[stream] = me;
                        if (plan.Give is { } given) owners[given] = null;
                    }

                var counts = alive.Select(p => owners.Values.Count(o => o == p)).ToArray();
                return owners.Values.All(o => o is not null) && counts.Max() - counts.Min() <= 1;
            });

    [Fact]
    public void One_alone_takes_all() =>
        Assert.Equal(["a", "b"], OwnershipPlan.Of("me", ["me"], new Dictionary<string, string?> { ["a"] = null, ["b"] = null }).Take);
}
