using System.Text.Json;
using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary><c>GET /events/{id}/explain</c> and <c>hobom explain</c>: where an event is, whoever is asked.</summary>
public sealed class ExplainTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task A_published_event_is_told_with_the_place_where_it_is()
    {
        await using var processor = await StartAsync();
        await Outbox.GenerateAsync(Prefix, 3);
        await Outbox.EachIsSentOnceAsync(3, processor);
        var flow = await FlowAsync(processor, Prefix + "1", "published");
        var place = flow.GetProperty("published");
        Assert.Equal("hobom.messages", place.GetProperty("topic").GetString());
        Assert.Equal("not-pending", flow.GetProperty("row").GetString());
        var found = RecordAt(Neighbours.Broker.Address, "hobom.messages", place.GetProperty("partition").GetInt32(), place.GetProperty("offset").GetInt64());
        Assert.Equal(Prefix + "1", found);

        var (code, output) = await CommandAsync(processor, "explain", Prefix + "1");
        Assert.Equal(0, code);
        Assert.Contains($"published: hobom.messages, partition {place.GetProperty("partition").GetInt32()}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_flow_a_letter_and_an_id_that_nobody_knows_are_told_as_such()
    {
        await using var processor = await StartAsync();
        await Outbox.AddAsync(Prefix + "bad", new { title = "t", body = "b", recipient = "" });
        await Outbox.NoneIsPendingAsync(processor);
        var letter = await FlowAsync(processor, Prefix + "bad", "dead-letter");
        Assert.Equal($"dlq:menu:{Prefix}bad", letter.GetProperty("letter").GetProperty("key").GetString());
        Assert.InRange(letter.GetProperty("letter").GetProperty("secondsLeft").GetDouble(), 250_000, 259_200);
        Assert.StartsWith("an operator", letter.GetProperty("waitsFor").GetString(), StringComparison.Ordinal);

        using (await processor.Http.PostAsync(new Uri($"{DeadLetterApi.BasePath}/pollers/messages/pause", UriKind.Relative), null)) { }
        await Outbox.GenerateAsync(Prefix, 1);
        var paused = await FlowAsync(processor, Prefix + "0", "pending");
        Assert.StartsWith("the poller is paused by ", paused.GetProperty("waitsFor").GetString(), StringComparison.Ordinal);
        Assert.NotNull(paused.GetProperty("pausedBy").GetString());

        await FlowAsync(processor, Prefix + "never", "not-in-outbox");
        Assert.Equal(1, (await CommandAsync(processor, "explain", Prefix + "never")).Code);
    }

    [Fact]
    public async Task Who_stands_by_tells_who_has_the_flow_and_a_row_that_cannot_be_marked_is_published_all_the_same()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Status = 14, Repeat = GrpcJsOrder.Forever });
        await Outbox.GenerateAsync(Prefix, 1);
        var seen = await Task.WhenAll(FlowAsync(one, Prefix + "0", "published-unmarked"), FlowAsync(two, Prefix + "0", "published-unmarked"));
        Assert.Contains(seen, f => f.GetProperty("heldBy").GetString() is not null);
        Assert.Contains(seen, f => f.GetProperty("heldBy").GetString() is null);
        Assert.All(seen, f => Assert.Equal("pending", f.GetProperty("row").GetString()));
        Assert.All(seen, f => Assert.Equal("hobom.messages", f.GetProperty("published").GetProperty("topic").GetString()));
        await Control.ClearScriptsAsync();
    }

    [Fact]
    public async Task A_backend_that_is_away_is_told_and_what_Redis_knows_all_the_same()
    {
        await using var processor = await StartAsync();
        await Outbox.GenerateAsync(Prefix, 1);
        await Outbox.EachIsSentOnceAsync(1, processor);
        await Control.StopAsync("main");
        var flow = await FlowAsync(processor, Prefix + "0", "published");
        Assert.Equal("hobom.messages", flow.GetProperty("published").GetProperty("topic").GetString());
        await Eventually.TrueAsync(
            async () => (await AskAsync(processor, Prefix + "never")).GetProperty("state").GetString() == "unknown", null, () => processor.Output);
        await Control.StartAsync("main");
    }

    static async Task<JsonElement> FlowAsync(RunningProcessor processor, string id, string state)
    {
        JsonElement seen = default;
        await Eventually.TrueAsync(
            async () => (seen = await AskAsync(processor, id)).GetProperty("state").GetString() == state,
            TimeSpan.FromSeconds(40), () => $"{id} is not {state}: {seen}");
        return seen.GetProperty("flows").EnumerateArray().First(f => f.GetProperty("state").GetString() == state);
    }

    static async Task<JsonElement> AskAsync(RunningProcessor processor, string id)
    {
        var (status, body) = await processor.Http.AskAsync(HttpMethod.Get, $"{DeadLetterApi.BasePath}/events/{Uri.EscapeDataString(id)}/explain");
        Assert.True(status == 200, body);
        using var json = JsonDocument.Parse(body);
        return json.RootElement.Clone();
    }

    static Task<(int Code, string Output)> CommandAsync(RunningProcessor processor, params string[] arguments) => ProgramRun.RunAsync(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOBOM_API_URL"] = processor.Http.BaseAddress!.ToString(), ["HOBOM_API_KEY"] = RunningProcessor.InternalKey,
        },
        arguments);

    /// <summary>The key of the one record there.</summary>
    static string RecordAt(string broker, string topic, int partition, long offset)
    {
        using var consumer = new Confluent.Kafka.ConsumerBuilder<string, Confluent.Kafka.Ignore>(
            new Confluent.Kafka.ConsumerConfig { BootstrapServers = broker, GroupId = "hobom-tests", EnableAutoCommit = false })
            .SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new Confluent.Kafka.TopicPartitionOffset(topic, partition, offset));
        return consumer.Consume(TimeSpan.FromSeconds(30)).Message.Key;
    }
}
