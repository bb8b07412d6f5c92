using FsCheck.Xunit;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

/// <summary>Records that Kafka does not take in one piece.</summary>
public class TooLargeVisitTests
{
    [Property(MaxTest = 20)]
    public void A_record_that_is_too_large_in_company_is_divided_and_only_what_is_too_large_by_itself_becomes_a_letter(int seed)
    {
        var world = new World(seed, eventsPerRecord: 16);
        world.Kafka.FateOf = d => d.Events.Count > 3 || d.Events.Any(e => e.Id.Value is "e5") ? PublishFate.TooLarge : null;
        world.AddRows(64);
        var report = world.Visit();
        Assert.Equal((63, 1, null), (report.Delivered, report.DeadLettered, report.Problem));
        Assert.Equal("e5", Assert.Single(world.Redis.Letters.Values).EventId?.Value);
        Assert.All(world.Outbox.Rows.Where(r => r.RowId != "r5"), r => Assert.Equal(1, world.Kafka.RecordsOf(r.EventId!.Value)));
    }

    [Fact]
    public void A_record_that_is_too_large_neither_asks_for_the_topic_nor_hides_that_it_is_back()
    {
        var world = new World(1);
        world.AddRows(20);
        world.Weather.TopicDown = true;
        world.Visit();
        world.Weather.Clear();
        world.Weather.NextPublishes.Enqueue(PublishFate.TooLarge);
        var report = world.Visit();
        Assert.Equal((14, 1, 0), (report.Delivered, report.DeadLettered, report.LeftPending));
    }
}
