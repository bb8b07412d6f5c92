using Hobom.Slices.Core;
using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Each neighbour is killed in the middle of a visit and comes back: no event is lost and nothing is FAILED without its letter.</summary>
[Collection(TakeoverCollection.Name)]
public sealed class OutageTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const int Rows = 400;

    [Fact]
    public async Task Redis_killed_during_a_visit_and_brought_back_leaves_every_row_SENT_once()
    {
        await using var watch = new LetterWatch(Neighbours);
        await SlowMarksAsync(30);
        await Outbox.GenerateAsync(Prefix, Rows);
        await using var processor = await StartAsync();
        await Outbox.AtLeastAsync(Rows / 10, "SENT");
        await Neighbours.Redis.KillAsync();
        try
        {
            await Outbox.GenerateAsync(Prefix, 100, start: Rows);
            await processor.SaysAsync("messages: Redis:");
            Assert.InRange(await Outbox.CountAsync("PENDING"), 100, Rows + 100);
        }
        finally
        {
            await Neighbours.RestartRedisAsync();
        }

        await Outbox.EachIsSentOnceAsync(Rows + 100, processor);
        await watch.EndAsync();
    }

    [RestartableBrokerFact]
    public async Task A_broker_killed_under_a_stream_of_events_and_brought_back_leaves_each_SENT_once_or_FAILED_with_its_letter()
    {
        await using var watch = new LetterWatch(Neighbours);
        await using var processor = await StartAsync(("HOBOM_KAFKA_DELIVERY_TIMEOUT", "2s"));
        await AddStreamAsync(0, Rows / 2);
        await Neighbours.Broker.KillAsync();
        try
        {
            await AddStreamAsync(Rows / 2, Rows / 2);
            await processor.SaysAsync("messages: Kafka:");
        }
        finally
        {
            await Neighbours.Broker.StartAsync();
        }

        await Outbox.NoneIsPendingAsync(processor);
        var end = await Outbox.CompareAsync();
        Assert.Empty(end.Duplicated);
        Assert.InRange(end.Failed, 0, Circuit.LetterLimit);
        Assert.Equal((Rows, end.Sent), (end.Sent + end.Failed, end.Records));
        await watch.EndAsync();
    }

    [Fact]
    public async Task A_backend_process_killed_with_marks_under_way_and_brought_back_with_its_rows_gets_them_marked_and_no_second_record()
    {
        await Outbox.GenerateAsync(Prefix, Rows);
        await Control.ScriptAsync(
            "main", "message/mark-sent",
            new GrpcJsOrder { Repeat = Rows / 4 }, new GrpcJsOrder { Hang = true, Repeat = GrpcJsOrder.Forever });
        await using var processor = await StartAsync();
        await Outbox.AtLeastAsync(Rows / 4, "SENT");
        object[] stored = await Control.RowsAsync("main");
        await Neighbours.Backends.KillAsync();
        try
        {
            await processor.SaysAsync("messages: outbox:");
        }
        finally
        {
            await Neighbours.Backends.RestartAsync();
        }

        await Control.AddRowsAsync("main", stored);
        await Outbox.EachIsSentOnceAsync(Rows, processor);
    }

    [Fact]
    public async Task A_processor_killed_again_and_again_in_a_busy_visit_loses_nothing_and_doubles_nothing()
    {
        const int rows = 6_000;
        await using var watch = new LetterWatch(Neighbours);
        await Outbox.GenerateAsync(Prefix, rows);
        await using var processor = await StartAsync();
        for (var kill = 1; kill <= 3; kill++)
        {
            await Outbox.AtLeastAsync(kill * 1_000, "SENT");
            await processor.KillAsync();
            Assert.NotEqual(0, await Outbox.CountAsync("PENDING"));
            await processor.RestartAsync();
        }

        // What was published before a kill has its ledger entry, is found in the topic and only marked.
        await Outbox.EachIsSentOnceAsync(rows, processor);
        await watch.EndAsync();
    }

    [Fact]
    public async Task A_processor_killed_between_publish_and_mark_marks_what_it_finds_in_the_topic()
    {
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Hang = true, Repeat = GrpcJsOrder.Forever });
        await Outbox.GenerateAsync(Prefix, Rows);
        await using var processor = await StartAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await Messages.CatchUpAsync();
                return Enumerable.Range(0, Rows).All(i => Messages.Of($"{Prefix}{i}").Count == 1);
            },
            null, () => $"not all published: {processor.Output}");
        await processor.KillAsync();
        await Control.ClearScriptsAsync();
        await processor.RestartAsync();
        await Outbox.EachIsSentOnceAsync(Rows, processor);
        await processor.SaysAsync($"0 delivered, {Rows} marked late");
    }

    async Task AddStreamAsync(int start, int count)
    {
        for (var from = start; from < start + count; from += 10)
        {
            await Outbox.GenerateAsync(Prefix, 10, from);
            await Task.Delay(20);
        }
    }
}
