using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Tests.Fast.Simulation;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class DeliveryVisitTests
{
    [Property(MaxTest = 30)]
    public void A_mark_outage_of_any_length_adds_no_record_through_restarts_too(int seed, byte visits, bool[] restarts)
    {
        var world = new World(seed);
        world.AddRows(60);
        world.Weather.MarksDown = true;
        for (var i = 0; i <= visits % 8; i++)
        {
            Assert.NotNull(world.Visit().Problem);
            if (restarts.ElementAtOrDefault(i)) world.Restart();
        }

        Assert.Equal(60, world.Kafka.PublishCalls);
        world.Weather.Clear();
        Assert.Equal(60, world.Visit().MarkedLate);
        Assert.Equal((60, 60), (world.Kafka.PublishCalls, world.Outbox.Of(RowStatus.Sent).Count()));
        Assert.Empty(world.Redis.Ledger);
    }

    [Fact]
    public void A_backend_that_fails_every_mark_is_soon_left_alone()
    {
        var limits = DeliveryLimits.Default with { EventsInFlight = 64, MarksAtOnce = 4 };
        var world = new World(1, limits);
        world.AddRows(600);
        world.Weather.MarksDown = true;
        world.Visit();
        Assert.InRange(world.Outbox.MarkCalls, 32, 40);
        // What may be under way, and what was about to go when the backend was found to be away.
        Assert.InRange(world.Kafka.PublishCalls, limits.EventsInFlight, limits.EventsInFlight + limits.ChunkRows);
    }

    [Property(MaxTest = 20)]
    public void While_Redis_is_away_nothing_is_published(int seed, bool loadedBefore)
    {
        var world = new World(seed);
        if (loadedBefore) world.Visit();
        world.AddRows(10);
        world.Weather.RedisDown = true;
        var report = world.Visit();
        Assert.StartsWith("Redis: ", report.Problem, StringComparison.Ordinal);
        Assert.Equal((10, 10, 0), (report.Found, report.LeftPending, world.Kafka.PublishCalls));
        world.Weather.Clear();
        Assert.Equal(10, world.Visit().Delivered);
    }

    [Fact]
    public void What_the_topic_is_found_to_hold_is_marked_and_not_published()
    {
        var world = World.WithOneRow(PublishFate.UnknownWritten);
        Assert.Equal(1, world.Visit().LeftPending);
        Assert.Equal(1, world.Visit().MarkedLate);
        Assert.Equal((1, 1), (world.Kafka.PublishCalls, world.Kafka.LookUps));
    }

    [Fact]
    public void What_the_topic_is_found_not_to_hold_goes_out_again_and_says_so()
    {
        var world = World.WithOneRow(PublishFate.UnknownNotWritten);
        world.Visit();
        Assert.Equal(1, world.Visit().Delivered);
        Assert.True(Assert.Single(world.Kafka.Topic).PossibleDuplicate);
    }

    [Fact]
    public void What_nobody_can_look_up_waits()
    {
        var world = World.WithOneRow(PublishFate.UnknownNotWritten);
        world.Visit();
        world.Weather.BrokerDown = true;
        var report = world.Visit();
        Assert.Equal((1, 1), (report.LeftPending, world.Kafka.PublishCalls));
        Assert.StartsWith("Kafka: ", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_publish_does_not_claim_to_be_a_duplicate()
    {
        var world = World.WithOneRow();
        world.Visit();
        Assert.False(Assert.Single(world.Kafka.Topic).PossibleDuplicate);
    }

    [Property(MaxTest = 10)]
    public void A_backlog_of_many_chunks_goes_out_whole_with_as_many_in_flight_as_allowed(int seed, PositiveInt limit)
    {
        var limits = DeliveryLimits.Default with { EventsInFlight = limit.Get };
        var world = new World(seed, limits);
        world.AddRows(600);
        Assert.Equal(600, world.Visit().Delivered);
        Assert.Equal(600, world.Kafka.Topic.Count);
        Assert.InRange(world.Kafka.MostUnderWay, limits.ChunkRows, limit.Get);
    }

    [Fact]
    public void A_plan_that_breaks_half_way_keeps_its_events_in_hand_until_they_are_settled()
    {
        var world = new World(1);
        world.AddRows(300);
        world.Turns.Run(async () =>
        {
            await using (var visit = world.Relay.Runner.BeginVisit(CancellationToken.None))
            {
                var rows = await visit.AdmitAsync(world.Outbox.Rows.ConvertAll(r => r.Item));
                var plan = new DeliveryPlan(BreakAfter(SamplePlan.Of(rows, 1).Steps, 270));
                await Assert.ThrowsAsync<FormatException>(() => visit.RunAsync(plan));
            }

            Assert.Equal(0, world.Kafka.CallsUnderWay + world.Outbox.CallsUnderWay);
            return true;
        });
        Assert.Equal(256, world.Outbox.Of(RowStatus.Sent).Count());
    }

    [Fact]
    public void A_broken_port_costs_its_own_event_and_no_other()
    {
        var world = new World(1);
        world.AddRows(3);
        world.Redis.OnSave = _ => throw new FormatException("a bug");
        world.Weather.NextPublishes.Enqueue(PublishFate.Permanent);
        var report = world.Turns.Run(() => world.Relay.VisitAsync(CancellationToken.None));
        Assert.Equal((2, 1, "internal error: FormatException"), (report.Delivered, report.LeftPending, report.Problem));
    }

    [Fact]
    public void A_report_knows_the_oldest_row()
    {
        var world = World.WithOneRow();
        var oldest = world.Clock.GetUtcNow();
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        world.AddRows(2);
        Assert.Equal(oldest, world.Visit().OldestPending);
        Assert.Null(world.Visit().OldestPending);
    }

    static IEnumerable<Either<Refusal, Delivery>> BreakAfter(IEnumerable<Either<Refusal, Delivery>> steps, int count)
    {
        foreach (var step in steps)
        {
            if (count-- == 0) throw new FormatException("a bug");
            yield return step;
        }
    }
}
