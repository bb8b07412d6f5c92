using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class DeliveryStoryTests
{
    /// <summary>
    /// The promises themselves are in <see cref="World.CheckEvents"/> and in the fakes: nothing lost, SENT only with a
    /// record, FAILED only with a letter, no more records than doubts, and no publish that may not be.
    /// </summary>
    [Property(MaxTest = 1500, Arbitrary = [typeof(Stories)])]
    public void Whatever_fails_every_promise_holds_and_in_the_end_nothing_is_pending(Story story)
    {
        var told = new StoryTeller(story);
        told.Tell();
        told.EndInFairWeather();
        var left = told.World.Outbox.Of(RowStatus.Pending).Where(r => r.EventId is not null);
        Assert.Empty(left);
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(Stories)])]
    public void Where_the_topic_tells_the_truth_no_event_has_two_records(Story story)
    {
        var told = new StoryTeller(story with { LateWrites = false });
        told.Tell();
        told.EndInFairWeather();
        Assert.All(told.World.Outbox.Rows.Where(r => r.EventId is not null), r =>
            Assert.InRange(told.World.Kafka.RecordsOf(r.EventId!.Value), 0, 1));
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(Stories)])]
    public void Without_replays_no_row_that_is_sent_keeps_a_letter(Story story)
    {
        var told = new StoryTeller(story with { Replays = false });
        told.Tell();
        told.EndInFairWeather();
        Assert.All(told.World.Outbox.Of(RowStatus.Sent), row =>
            Assert.DoesNotContain(told.World.Redis.Letters.Values, letter => letter.EventId == row.EventId));
    }

    [Property(MaxTest = 300, Arbitrary = [typeof(FairStories)])]
    public void In_fair_weather_one_visit_settles_every_row_with_one_record_or_one_letter(Story story)
    {
        var told = new StoryTeller(story);
        var report = told.World.Visit();
        var world = told.World;
        Assert.Null(report.Problem);
        Assert.All(world.Outbox.Rows, row =>
        {
            var settled = row.EventId is null ? RowStatus.Pending
                : world.Redis.Letters.Values.Any(l => l.EventId == row.EventId) ? RowStatus.Failed
                : RowStatus.Sent;
            Assert.Equal(settled, row.Status);
            if (row.EventId is { } id) Assert.Equal(settled is RowStatus.Sent ? 1 : 0, world.Kafka.RecordsOf(id));
        });
        Assert.All(world.Redis.Letters.Values, letter => Assert.Equal(FailureClass.Refused, letter.Class));
        Assert.Empty(world.Redis.Ledger);
    }

    [Property(MaxTest = 300, Arbitrary = [typeof(FairStories)])]
    public void Told_to_stop_it_begins_nothing_more_and_marks_what_it_has_published(Story story)
    {
        var told = new StoryTeller(story);
        var world = told.World;
        using var stop = new CancellationTokenSource();
        world.Turns.Later(() =>
        {
            stop.Cancel();
            world.Kafka.Stopping = true;
        });
        world.Visit(stop.Token);
        Assert.All(world.Outbox.Rows.Where(r => r.EventId is not null), row =>
            Assert.Equal(row.Status == RowStatus.Sent, world.Kafka.RecordsOf(row.EventId!.Value) == 1));
    }
}
