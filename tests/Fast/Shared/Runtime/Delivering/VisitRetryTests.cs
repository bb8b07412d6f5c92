using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

/// <summary>What becomes of an event whose attempts fail.</summary>
public class VisitRetryTests
{
    [Fact]
    public void Three_transient_failures_make_a_letter_that_tells_of_all_three()
    {
        var world = World.WithOneRow(PublishFate.Transient, PublishFate.Transient, PublishFate.Transient);
        var report = world.Visit();
        Assert.Equal((1, null), (report.DeadLettered, report.Problem));
        var letter = Assert.Single(world.Redis.Letters.Values);
        Assert.Equal([1, 2, 3], letter.Attempts.Select(a => a.Number));
        Assert.All(letter.Attempts, a => Assert.False(a.MaybeWritten));
        Assert.Equal(("publish", FailureClass.Transient, "not now"), (letter.Stage, letter.Class, letter.Reason));
    }

    [Fact]
    public void A_permanent_failure_makes_a_letter_after_one_attempt()
    {
        var world = World.WithOneRow(PublishFate.Permanent);
        Assert.Equal(1, world.Visit().DeadLettered);
        Assert.Equal((1, FailureClass.Permanent), (world.Kafka.PublishCalls, Assert.Single(world.Redis.Letters.Values).Class));
    }

    [Fact]
    public void A_producer_that_is_being_replaced_makes_no_letter()
    {
        var world = World.WithOneRow(PublishFate.Stopping);
        Assert.Equal(1, world.Visit().LeftPending);
        Assert.Empty(world.Redis.Letters);
        Assert.Empty(world.Redis.Ledger);
    }

    [Fact]
    public void An_event_whose_publish_ended_unknown_three_times_becomes_a_letter_that_says_it_may_be_written()
    {
        var world = World.WithOneRow(PublishFate.UnknownNotWritten, PublishFate.UnknownNotWritten, PublishFate.UnknownNotWritten);
        Assert.Equal((1, 1, 0), (world.Visit().LeftPending, world.Visit().LeftPending, world.Visit().LeftPending));
        var letter = Assert.Single(world.Redis.Letters.Values);
        Assert.Equal((FailureClass.Unknown, true), (letter.Class, Assert.Single(letter.Attempts).MaybeWritten));
    }

    [Fact]
    public void A_retry_that_waits_when_the_process_is_told_to_stop_is_left_to_a_later_visit()
    {
        var world = World.WithOneRow(PublishFate.Transient);
        using var stop = new CancellationTokenSource();
        using var timer = world.Clock.CreateTimer(_ => stop.Cancel(), null, TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        Assert.Equal((1, 1), (world.Visit(stop.Token).LeftPending, world.Kafka.PublishCalls));
    }

    [Fact]
    public void A_retry_that_waits_for_room_when_the_process_is_told_to_stop_is_left_too()
    {
        var world = new World(7, DeliveryLimits.Default with { EventsInFlight = 1 });
        world.AddRows(2);
        world.Weather.NextPublishes.Enqueue(PublishFate.Transient);
        using var stop = new CancellationTokenSource();
        world.Kafka.OnWritten = () =>
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            stop.Cancel();
            world.Kafka.Stopping = true;
        };
        var report = world.Visit(stop.Token);
        Assert.Equal((1, 1, 2), (report.Delivered, report.LeftPending, world.Kafka.PublishCalls));
    }
}
