using Hobom.Slices.Runtime;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

/// <summary>How processes share a divided flow, over the real leases and loops.</summary>
public class ShardSharingTests
{
    static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(5);

    readonly World world = new(11, processes: 4);

    [Fact]
    public void One_alone_has_all_two_have_half_each_and_from_then_on_nothing_moves() => Run(async () =>
    {
        var one = New();
        await AfterAsync(5);
        Assert.Equal([8], Sizes(one));
        var two = New();
        await AfterAsync(15);
        Assert.Equal([4, 4], Sizes(one, two));
        var before = (one.Leases.Held, two.Leases.Held);
        Assert.Empty(before.Item1.Intersect(before.Item2));
        for (var look = 0; look < 120; look++)
        {
            world.AddRows(3);
            await AfterAsync(1);
            Assert.Equal(before.Item1, one.Leases.Held);
            Assert.Equal(before.Item2, two.Leases.Held);
        }

        Assert.DoesNotContain(world.Outbox.Rows.SkipLast(60), r => r.Status is RowStatus.Pending);
    });

    [Fact]
    public void What_a_dead_one_had_goes_to_the_others_when_its_leases_end_and_its_events_are_delivered() => Run(async () =>
    {
        Contender[] all = [New(), New(), New()];
        await AfterAsync(30);
        Assert.Equal([2, 3, 3], Sizes(all).Order());
        all[0].Suspension.Freeze();
        world.AddRows(40);
        await AfterAsync(45);
        Assert.Equal([4, 4], Sizes(all[1], all[2]));
        await AfterAsync(10);
        Assert.DoesNotContain(world.Outbox.Rows, r => r.Status is RowStatus.Pending);
        world.CheckEvents();
    });

    [Fact]
    public void One_that_ends_in_order_leaves_its_shards_at_once() => Run(async () =>
    {
        var (one, two) = (New(), New());
        await AfterAsync(15);
        await one.StopAsync();
        await AfterAsync(4);
        Assert.Equal([8], Sizes(two));
    });

    [Fact]
    public void Who_divides_it_otherwise_or_not_at_all_stands_by_until_the_last_of_the_others_has_ended() => Run(async () =>
    {
        var (one, two) = (New(), New());
        await AfterAsync(15);
        var (three, whole) = (new Contender(world, DeliveryTimeout, 3), new Contender(world, DeliveryTimeout));
        await AfterAsync(60);
        Assert.Equal([4, 4, 0, 0], Sizes(one, two, three, whole));
        await one.StopAsync();
        await AfterAsync(30);
        Assert.Equal([8, 0, 0], Sizes(two, three, whole));
        await two.StopAsync();
        await AfterAsync(15);
        Assert.Contains(Sizes(three, whole), sizes => sizes is 3 or 1);
        Assert.Contains(0, Sizes(three, whole));
    });

    [Fact]
    public void What_is_kept_together_is_not_given_and_is_given_afterwards() => Run(async () =>
    {
        var one = New();
        await AfterAsync(5);
        var two = New();
        for (var second = 0; second < 20; second++)
        {
            one.Leases.KeepTogether();
            await AfterAsync(1);
            Assert.Equal([8, 0], Sizes(one, two));
        }

        await AfterAsync(25);
        Assert.Equal([4, 4], Sizes(one, two));
    });

    Contender New() => new(world, DeliveryTimeout, 8);

    static IEnumerable<int> Sizes(params Contender[] all) => all.Select(c => c.Leases.Held.Count);

    Task AfterAsync(int seconds) => Delays.WaitAsync(TimeSpan.FromSeconds(seconds), world.Clock, default);

    void Run(Func<Task> story)
    {
        world.Turns.CallLimit = TimeSpan.FromSeconds(1);
        world.Turns.Run(async () =>
        {
            await story();
            return true;
        });
        world.CheckEvents();
    }
}
