using FsCheck.Xunit;
using Hobom.Slices.Runtime;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

/// <summary>
/// Processes on one outbox that freeze and thaw, are cut off from Redis, are killed and follow one another, while every
/// neighbour fails by chance: what <see cref="World.CheckEvents"/> and the fakes watch, and no event twice.
/// </summary>
public class ContendersTests
{
    static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(5);

    [Property(MaxTest = 300)]
    public void Whatever_befalls_the_processes_on_one_outbox_no_event_is_lost_and_none_is_doubled(int seed) => Check(Tell(seed, 1, _ => 1));

    /// <summary>At work on it at the same time, each at its shards.</summary>
    [Property(MaxTest = 300)]
    public void The_same_holds_where_they_share_the_outbox_in_shards(int seed) => Check(Tell(seed, 4, _ => 4));

    /// <summary>Whoever comes may divide it otherwise, or not at all.</summary>
    [Property(MaxTest = 300)]
    public void The_same_holds_while_the_number_of_shards_changes(int seed) =>
        Check(Tell(seed, 4, chance => chance.Next(3) switch { 0 => 1, 1 => 3, _ => 4 }));

    static void Check(World world)
    {
        world.CheckEvents();
        Assert.DoesNotContain(world.Outbox.Rows, r => r.Status is RowStatus.Pending);
        Assert.All(world.Outbox.Rows, r => Assert.InRange(world.Kafka.RecordsOf(r.EventId!.Value), r.Status is RowStatus.Sent ? 1 : 0, 1));
        Assert.All(world.Outbox.Of(RowStatus.Sent), r => Assert.DoesNotContain(world.Redis.Letters.Values, l => l.EventId == r.EventId));
    }

    static World Tell(int seed, int processes, Func<Random, int> shardsOf)
    {
        var chance = new Random(seed);
        var world = new World(seed, eventsPerRecord: chance.Next(1, 4), processes: processes);
        world.Outbox.PartRows = chance.Next(3);
        world.Turns.CallLimit = DeliveryTimeout;
        world.Turns.ImmediateShare = chance.Next(2) == 0 ? 0 : 0.3;
        world.Turns.Run(async () =>
        {
            var alive = new List<Contender> { New(), New() };
            for (var step = 0; step < 40; step++)
            {
                await ChanceAsync(world, chance, alive, New);
                world.CheckEvents();
                await Delays.WaitAsync(TimeSpan.FromSeconds(chance.Next(12)), world.Clock, default);
            }

            world.Weather.Clear();
            Contender[] last = [.. alive];
            alive.Clear();
            foreach (var one in last)
            {
                one.IsCutOff = false;
                if (one.Suspension.IsFrozen) one.Suspension.Thaw();
            }

            await Delays.WaitAsync(TimeSpan.FromMinutes(5), world.Clock, default);
            foreach (var one in last) await one.StopAsync();
            Assert.Null(world.Redis.LeaseText);
            return true;
        });
        return world;

        Contender New() => new(world, DeliveryTimeout, shardsOf(chance));
    }

    static async Task ChanceAsync(World world, Random chance, List<Contender> alive, Func<Contender> another)
    {
        var some = alive[chance.Next(alive.Count)];
        switch (chance.Next(8))
        {
            case 0 or 1:
                AtWork(() =>
                {
                    if (!some.Suspension.IsFrozen) some.Suspension.Freeze();
                    else some.Suspension.Thaw();
                });
                break;
            case 2:
                AtWork(() => some.IsCutOff = !some.IsCutOff);
                break;
            case 3:
                // Killed: it never thaws.
                AtWork(() =>
                {
                    alive.Remove(some);
                    if (!some.Suspension.IsFrozen) some.Suspension.Freeze();
                    alive.Add(another());
                });
                break;
            case 4 when !some.Suspension.IsFrozen:
                alive.Remove(some);
                world.AddRows(chance.Next(6));
                some.PollNow();
                await some.StopAsync();
                alive.Add(another());
                break;
            case 5:
                world.Weather.Change(chance.Next(4) * 0.1);
                break;
            default:
                world.AddRows(chance.Next(6));
                break;
        }

        void AtWork(Action befalls)
        {
            world.AddRows(chance.Next(1, 8));
            foreach (var one in alive) one.PollNow();
            Soon(chance.Next(12));

            // So many other things happen first.
            void Soon(int turns) => world.Turns.Later(() =>
            {
                if (turns > 0) Soon(turns - 1);
                else if (alive.Contains(some)) befalls();
            });
        }
    }
}
