using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Sandbox.Feed;
using Hobom.Slices.Sandbox.Rows;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Sandbox.Tests;

public sealed class EventFeedTests
{
    [Fact]
    public void Each_flow_gets_its_share()
    {
        var (main, space) = (new OutboxTable(TimeProvider.System), new OutboxTable(TimeProvider.System));
        var feed = new EventFeed(main, space, Flow.All, rowsPerSecond: 1, countLimit: null, TimeProvider.System);

        for (var i = 0; i < 100; i++)
            feed.AddNext();

        var pending = main.Counts().Concat(space.Counts()).ToDictionary(counts => counts.EventType, counts => counts.Pending);
        Assert.Equal(40, pending[EventTypes.Message]);
        Assert.Equal(30, pending[EventTypes.Log]);
        Assert.Equal(15, pending[EventTypes.SpaceEvent]);
        Assert.Equal(10, pending[EventTypes.SpaceLog]);
        Assert.Equal(5, pending[EventTypes.LawChanged]);
    }

    [Fact]
    public async Task The_feed_stops_at_its_count()
    {
        var table = new OutboxTable(TimeProvider.System);
        var feed = new EventFeed(table, table, [Flow.All[0]], rowsPerSecond: 10_000, countLimit: 25, TimeProvider.System);

        await feed.RunAsync(CancellationToken.None);

        Assert.True(feed.Done);
        Assert.Equal(25, table.Find(EventTypes.Message, RowStatuses.Pending).Count);
    }

    [Fact]
    public async Task Rows_that_nobody_takes_are_as_many_as_were_asked_for()
    {
        var table = new OutboxTable(TimeProvider.System);
        var feed = new EventFeed(table, table, [Flow.All[1]], rowsPerSecond: 1_000_000, countLimit: 60_000, TimeProvider.System);

        await feed.RunAsync(CancellationToken.None);

        Assert.Equal(60_000, table.Counts().Sum(counts => counts.Pending));
    }

    [Fact]
    public async Task Without_a_number_rows_that_nobody_takes_are_kept_few()
    {
        var time = new FakeTimeProvider();
        var table = new OutboxTable(time);
        var feed = new EventFeed(table, table, [Flow.All[1]], rowsPerSecond: 100_000, countLimit: null, time);
        using var stop = new CancellationTokenSource();
        var running = feed.RunAsync(stop.Token);

        for (var step = 0; step < 200; step++)
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(5);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        // The limit, and the second's worth that a slow machine may catch up at once; a million in that time, were there no limit.
        Assert.InRange(feed.Generated, 1, 150_000);
    }

    [Fact]
    public void Where_only_good_ones_are_asked_for_no_message_is_bad()
    {
        var table = new OutboxTable(TimeProvider.System);
        var feed = new EventFeed(table, table, [Flow.All[0]], 1, 160, TimeProvider.System, onlyGood: true);
        for (var i = 0; i < 160; i++)
            feed.AddNext();

        Assert.All(table.Find(EventTypes.Message, RowStatuses.Pending), row => Assert.Null(FaultOf(row.Payload as MessagePayload)));
    }

    [Fact]
    public void One_message_in_twenty_is_bad_in_one_of_four_ways()
    {
        var faults = Enumerable.Range(0, 160).Select(n => FaultOf(SampleMessages.Message(n))).OfType<string>().ToList();

        Assert.Equal(8, faults.Count);
        Assert.Equal(["no payload", "no recipient", "too large", "unknown type"], faults.Distinct().Order());
    }

    private static string? FaultOf(MessagePayload? message) =>
        message is null ? "no payload"
        : message.Recipient.Length == 0 ? "no recipient"
        : message.CalculateSize() > 1_100_000 ? "too large"
        : message.Type is not ("MAIL_MESSAGE" or "PUSH_MESSAGE") ? "unknown type"
        : null;
}
