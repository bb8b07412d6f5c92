using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

/// <summary>Visits whose outbox gives its rows part by part.</summary>
public class AnswerInPartsTests
{
    static readonly EventId NotGiven = new("not given");

    [Fact]
    public void What_came_before_an_answer_broke_off_is_delivered_and_the_break_is_told()
    {
        var (world, report) = VisitThatFails(new CallFailure(CallFailureKind.Unavailable, "cut off"));
        Assert.Equal((2, 2, VisitStage.Outbox), (report.Found, report.Delivered, report.Stage));
        Assert.Contains("cut off", report.Problem, StringComparison.Ordinal);
        Assert.Equal(2, world.Outbox.Of(RowStatus.Sent).Count());
    }

    [Fact]
    public void A_stop_in_the_middle_of_an_answer_is_no_problem()
    {
        var (_, report) = VisitThatFails(new CallFailure(CallFailureKind.Cancelled, "the process is stopping"));
        Assert.Equal((2, null), (report.Delivered, report.Problem));
    }

    [Fact]
    public void Of_rows_that_may_still_come_nobody_says_that_they_are_closed()
    {
        var world = WithRows(4);
        world.Turns.Run(async () =>
        {
            var pending = world.Relay.Runner.Pending;
            await using var visit = world.Relay.Runner.BeginVisit(CancellationToken.None);
            await TakeAsync(world, visit, 0, 2, RowsBeyond.ToFollow);
            Assert.Equal((true, null, null), (pending.Has(IdOf(world, 1)), pending.Has(IdOf(world, 3)), pending.Has(NotGiven)));
            await TakeAsync(world, visit, 2, 2, RowsBeyond.None);
            Assert.Equal((true, true, false), (pending.Has(IdOf(world, 1)), pending.Has(IdOf(world, 3)), pending.Has(NotGiven)));
            return await visit.EndAsync();
        });
        world.Turns.Run(async () =>
        {
            await using var next = world.Relay.Runner.BeginVisit(CancellationToken.None);
            await next.AdmitAsync<OutboxItem<string>>([]);
            Assert.False(world.Relay.Runner.Pending.Has(IdOf(world, 1)));
            return await next.EndAsync();
        });
    }

    [Fact]
    public void An_event_that_two_parts_have_goes_out_once()
    {
        var world = WithRows(1);
        var report = world.Turns.Run(async () =>
        {
            await using var visit = world.Relay.Runner.BeginVisit(CancellationToken.None);
            await TakeAsync(world, visit, 0, 1, RowsBeyond.ToFollow);
            await TakeAsync(world, visit, 0, 1, RowsBeyond.None);
            return await visit.EndAsync();
        });
        world.Check(report);
        Assert.Equal((2, 1, 1), (report.Found, report.Delivered, report.LeftPending));
        Assert.Single(world.Kafka.Topic);
    }

    [Fact]
    public void The_next_part_is_taken_while_the_one_before_is_on_its_way()
    {
        var world = WithRows(600);
        world.Turns.Run(async () =>
        {
            await using var visit = world.Relay.Runner.BeginVisit(CancellationToken.None);
            await TakeAsync(world, visit, 0, 600, RowsBeyond.ToFollow);
            Assert.True(world.Kafka.CallsUnderWay > 0);
            return await visit.EndAsync();
        });
        Assert.Equal(600, world.Outbox.Of(RowStatus.Sent).Count());
    }

    [Fact]
    public void A_pause_in_the_middle_of_an_answer_is_heeded()
    {
        var (world, isPaused) = (WithRows(4), false);
        world.Relay.Runner.HeedPause(() => isPaused);
        var report = world.Turns.Run(async () =>
        {
            await using var visit = world.Relay.Runner.BeginVisit(CancellationToken.None);
            await TakeAsync(world, visit, 0, 2, RowsBeyond.ToFollow);
            Assert.False(visit.MustEnd);
            isPaused = true;
            Assert.True(visit.MustEnd);
            await TakeAsync(world, visit, 2, 2, RowsBeyond.ToFollow);
            return await visit.EndAsync();
        });
        world.Check(report);
        Assert.Equal((2, 2, null, true), (report.Delivered, report.LeftPending, report.Problem, report.IsMore));
        Assert.Equal(2, world.Kafka.Topic.Count);
    }

    [Fact]
    public void What_is_settled_goes_out_of_hand_before_the_visit_ends_and_stays_with_who_takes_it_then()
    {
        var world = WithRows(1);
        var holds = world.Relay.Runner.Holds;
        world.Turns.Run(async () =>
        {
            await using (var visit = world.Relay.Runner.BeginVisit(CancellationToken.None))
            {
                await TakeAsync(world, visit, 0, 1, RowsBeyond.ToFollow);
                Assert.NotNull(holds.HolderOf(IdOf(world, 0)));
                await holds.WhenEmptyAsync();
                Assert.True(holds.TryTake(IdOf(world, 0), "anna").IsRight);
                await TakeAsync(world, visit, 0, 1, RowsBeyond.None);
                Assert.Equal((1, 1), ((await visit.EndAsync()).Delivered, world.Kafka.Topic.Count));
            }

            Assert.Equal("anna", holds.HolderOf(IdOf(world, 0))?.By);
            return true;
        });
    }

    static (World World, VisitReport Report) VisitThatFails(CallFailure failure)
    {
        var world = WithRows(4);
        var report = world.Turns.Run(async () =>
        {
            await using var visit = world.Relay.Runner.BeginVisit(CancellationToken.None);
            await TakeAsync(world, visit, 0, 2, RowsBeyond.ToFollow);
            return await visit.FailedAsync(failure);
        });
        world.Check(report);
        return (world, report);
    }

    static async Task TakeAsync(World world, DeliveryVisit visit, int from, int count, RowsBeyond rest)
    {
        var admitted = await visit.AdmitAsync(world.Outbox.Rows.GetRange(from, count).ConvertAll(r => r.Item), rest);
        await visit.RunAsync(SamplePlan.Of(admitted, eventsPerRecord: 1));
    }

    static World WithRows(int count)
    {
        var world = new World(1);
        world.AddRows(count);
        return world;
    }

    static EventId IdOf(World world, int row) => world.Outbox.Rows[row].EventId!.Value;
}
