using Hobom.Slices.Broker.Stores;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>
/// Stories by chance: processes start, stop and are killed at any step, leases run out, the store does not do what it is
/// asked or does it and does not answer. Then all is well again, and everything must have come to its end.
/// </summary>
public sealed class BrokerSimulationTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 150)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_event_is_lost_each_effect_is_made_once_repeats_say_so_and_order_is_kept(int seed)
    {
        var world = new BrokerWorld(seed);
        Storm(world, badShare: 0.2);
        Settle(world);
        Check(world);
    }

    [Fact]
    public void In_fair_weather_nothing_is_sent_twice()
    {
        for (var seed = 1000; seed < 1030; seed++)
        {
            var world = new BrokerWorld(seed);
            // A call that takes longer than a lease is no fair weather.
            world.Turns.CallLimit = TimeSpan.FromSeconds(1);
            world.Start();
            world.Start();
            for (var i = 0; i < 10; i++)
            {
                world.Append(world.Below(4));
                world.Go(world.Below(60));
            }

            Settle(world);
            Check(world);
            Assert.Equal(world.Appended.Count, world.Received.Count);
        }
    }

    static void Storm(BrokerWorld world, double badShare)
    {
        world.Start();
        world.Start();
        for (var i = 0; i < 25; i++)
        {
            world.FaultShare = world.Chance(0.5) ? badShare : 0;
            world.Append(world.Below(4));
            world.Go(world.Below(80));
            if (world.Chance(0.2)) world.KillOne();
            else if (world.Chance(0.1)) world.StopOne();
            if (world.Chance(0.25)) world.Start();
            if (world.Chance(0.25)) world.ReplayDead();
            Assert.Equal(world.Written.Count, world.Written.Distinct().Count());
        }

        world.FaultShare = 0;
        world.Start();
    }

    static void Settle(BrokerWorld world)
    {
        for (var i = 0; i < 4000; i++)
        {
            if (world.Counts().Completed == world.Appended.Count) return;
            world.ReplayDead();
            world.Go(50);
        }

        Assert.Fail($"after {world.Clock.GetUtcNow()} it has not come to its end: {Describe(world.Counts())}");
    }

    static void Check(BrokerWorld world)
    {
        Assert.Equal(world.Appended.Order(), world.Written.Order());
        Assert.Equal(world.Appended.Order(), world.Received.Distinct().Order());
        for (var key = 0; key < 3; key++)
        {
            var ofKey = world.Appended.Where((_, i) => i % 3 == key).ToArray();
            Assert.Equal(ofKey, world.Written.Where(ofKey.Contains));
            Assert.Equal(ofKey, world.Received.Where(ofKey.Contains).Distinct());
        }

        // A late first try may arrive behind its repeat, but there is one of them.
        Assert.Equal(world.ReceivedAsFirst.Distinct(), world.ReceivedAsFirst);
        var repeats = world.Received.Count - world.Appended.Count;
        Assert.True(repeats <= world.Excuses * 3, $"{repeats} repeats after {world.Excuses} faults");
    }

    static string Describe(StoreCounts counts) =>
        $"{counts.Pending} pending, {counts.Processing} processing, {counts.Failed} failed; {string.Join("; ", counts.Consumers)}";
}
