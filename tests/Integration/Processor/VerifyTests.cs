using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Integration.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary><c>hobom verify</c> finds all that was planted, and nothing else.</summary>
public sealed class VerifyTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const string Topic = "hobom.space-events";
    const string LogTopic = "hobom.logs";
    const int Planted = 7;

    [Fact]
    public async Task What_the_processor_itself_has_published_is_whole()
    {
        var from = DateTimeOffset.UtcNow;
        await using (var processor = await StartAsync())
        {
            await Outbox.GenerateAsync(Prefix, 500);
            await Control.GenerateRowsAsync("main", "HOBOM_LOG", 200, idPrefix: Prefix + "log-");
            await Outbox.EachIsSentOnceAsync(500, processor);
            await Eventually.TrueAsync(async () => await Control.CountAsync("main", "HOBOM_LOG", "SENT") == 200, null, () => processor.Output);
            await processor.StopAsync();
        }

        var (code, report) = await ProgramRun.RunForJsonAsync(Neighbours.Settings(), "verify", "--from", Text(from), "--to", "0s", "--flow", "messages");
        var messages = Assert.Single(report.GetProperty("topics").EnumerateArray());
        Assert.Equal((0, 0L, 0L, 0L), (code, Count(messages, "lost"), Count(messages, "doubled"), Count(messages, "foreign")));
        Assert.Equal(500, Count(messages.GetProperty("coverage"), "compared"));
        (code, report) = await ProgramRun.RunForJsonAsync(Neighbours.Settings(), "verify", "--from", Text(from), "--to", "0s");
        Assert.Equal(0, code);
        var logs = report.GetProperty("topics").EnumerateArray().Single(t => t.GetProperty("topic").GetString() == "hobom.logs");
        Assert.Equal(200, Count(logs.GetProperty("coverage"), "compared"));
    }

    [Fact]
    public async Task Of_100000_events_each_planted_one_is_found_and_no_other_and_memory_does_not_grow_with_them()
    {
        await MakeTopicAsync();
        await using var redis = RedisFixture.ConnectionTo(Neighbours.Redis.Address);
        var before = DateTimeOffset.UtcNow;
        await PublishAsync(redis, "first-", 5_000);
        var between = DateTimeOffset.UtcNow;
        await Task.Delay(50);
        await PublishAsync(redis, "e-", 100_000);

        var (small, _, _) = await VerifyAsync(before, between);
        Assert.Equal((0, 0L, 0L, 0L), (small.Code, small.Lost, small.Doubled, small.Foreign));
        var (clean, cleanBytes, _) = await VerifyAsync(between, DateTimeOffset.UtcNow);
        Assert.Equal((0, 0L, 0L, 0L), (clean.Code, clean.Lost, clean.Doubled, clean.Foreign));
        Assert.Equal(100_000, clean.Compared);

        await PlantAsync(redis);
        var (found, bytes, findings) = await VerifyAsync(between, DateTimeOffset.UtcNow);
        Assert.Equal((1, Planted, Planted, Planted + 1), (found.Code, (int)found.Lost, (int)found.Doubled, (int)found.Foreign));
        Assert.Equal(Ids("lost-"), Of("lost"));
        Assert.Equal(Ids("e-"), Of("doubled"));
        Assert.Equal(Ids("foreign-"), Of("foreign"));
        Assert.Contains(findings, f => f.GetProperty("kind").GetString() == "foreign" && f.GetProperty("eventId").ValueKind is JsonValueKind.Null);
        // What 100,000 take beyond what the program takes: the table has 34 bytes for each.
        Assert.InRange(Math.Max(cleanBytes, bytes), 1, 350L << 20);

        string[] Of(string kind) =>
        [
            .. findings.Where(f => f.GetProperty("kind").GetString() == kind).Select(f => f.GetProperty("eventId").GetString()).OfType<string>()
                .Order(StringComparer.Ordinal),
        ];
    }

    [Fact]
    public async Task What_was_published_before_positions_were_kept_is_not_compared_and_told()
    {
        await MakeTopicAsync();
        await using var redis = RedisFixture.ConnectionTo(Neighbours.Redis.Address);
        var from = DateTimeOffset.UtcNow;
        Produce(Enumerable.Range(0, 30).Select(n => Record($"old-{n}")));
        await Task.Delay(100);
        await PublishAsync(redis, "new-", 20);
        var (seen, _, _) = await VerifyAsync(from, DateTimeOffset.UtcNow);
        Assert.Equal((0, 0L, 0L, 0L, 20L), (seen.Code, seen.Lost, seen.Doubled, seen.Foreign, seen.Compared));
        Assert.Equal(30, seen.NotKept);
    }

    [Fact]
    public async Task Two_flows_of_a_topic_may_have_events_of_one_id_and_each_is_missed_by_itself()
    {
        await MakeTopicAsync(LogTopic);
        await using var redis = RedisFixture.ConnectionTo(Neighbours.Redis.Address);
        var from = DateTimeOffset.UtcNow;
        await PublishLogAsync("HOBOM_LOG", "log");
        await PublishLogAsync("SPACE_LOG", "space-log");
        var (clean, _, _) = await VerifyAsync(from, DateTimeOffset.UtcNow, "logs");
        Assert.Equal((0, 0L, 0L, 0L, 2L), (clean.Code, clean.Lost, clean.Doubled, clean.Foreign, clean.Compared));

        // A record that names no flow is told by its place.
        await KeepAsync(redis, Produce([Record("unnamed", null)], LogTopic), "space-log");
        await KeepAsync(redis, Produce([Record("unnamed", "HOBOM_LOG")], LogTopic), "log");
        var (unnamed, _, _) = await VerifyAsync(from, DateTimeOffset.UtcNow, "logs");
        Assert.Equal((0, 0L, 0L, 0L, 4L), (unnamed.Code, unnamed.Lost, unnamed.Doubled, unnamed.Foreign, unnamed.Compared));

        await KeepAsync(redis, Produce([Record("half", "HOBOM_LOG")], LogTopic), "log");
        await KeepAsync(redis, [new PublishedEvent(new EventId("half"), new RecordPosition(0, 100), DateTimeOffset.UtcNow)], "space-log");
        var (missed, _, findings) = await VerifyAsync(from, DateTimeOffset.UtcNow, "logs");
        Assert.Equal((1, 1L, 0L, 0L), (missed.Code, missed.Lost, missed.Doubled, missed.Foreign));
        Assert.Equal("half", Assert.Single(findings).GetProperty("eventId").GetString());

        async Task PublishLogAsync(string type, string category) =>
            await KeepAsync(redis, Produce([Record("shared", type)], LogTopic), category);
    }

    [Theory]
    [InlineData(2, "verify")]
    [InlineData(2, "verify", "--from", "soon")]
    [InlineData(2, "verify", "--from", "1h", "--to", "2h")]
    [InlineData(2, "verify", "--from", "1h", "--flow", "mesages")]
    public async Task Wrong_arguments_end_with_2(int code, params string[] arguments) =>
        Assert.Equal(code, (await ProgramRun.RunAsync(Neighbours.Settings(), arguments)).Code);

    [Fact]
    public async Task A_Redis_that_is_away_ends_with_3() => Assert.Equal(
        3, (await ProgramRun.RunAsync(Neighbours.Settings(("HOBOM_REDIS_ADDR", "127.0.0.1:1")), "verify", "--from", "1h")).Code);

    static string[] Ids(string prefix) => [.. Enumerable.Range(0, Planted).Select(n => $"{prefix}{n}").Order(StringComparer.Ordinal)];

    /// <summary>Events whose position is kept and whose record is not theirs; records of known events once more; records of nobody.</summary>
    async Task PlantAsync(RedisConnection redis)
    {
        await KeepAsync(redis, Enumerable.Range(0, Planted).Select(n =>
            new PublishedEvent(new EventId($"lost-{n}"), new RecordPosition(n % 4, 100 + n), DateTimeOffset.UtcNow)));
        Produce([
            .. Enumerable.Range(0, Planted).Select(n => Record($"e-{n}")), .. Enumerable.Range(0, Planted).Select(n => Record($"foreign-{n}")),
            new Message<string, string> { Key = "x", Value = "{}" },
        ]);
    }

    /// <summary>As the processor does: the record first, then its position along with the ledger.</summary>
    async Task PublishAsync(RedisConnection redis, string prefix, int count) =>
        await KeepAsync(redis, Produce(Enumerable.Range(0, count).Select(n => Record($"{prefix}{n}"))));

    async Task KeepAsync(RedisConnection redis, IEnumerable<PublishedEvent> events, string category = "space")
    {
        var lease = await TestLeases.HeldAsync(redis, category);
        LedgerPort ledger = new RedisLedgerStore(
            redis, new KeptPositions(redis, KeptPositions.DefaultRetention, TimeProvider.System), TimeProvider.System,
            NullLogger<RedisLedgerStore>.Instance).Of(lease);
        foreach (var chunk in events.Chunk(500))
        {
            ledger.Keep(chunk);
            (await ledger.Write(chunk.ToDictionary(e => e.Id, _ => (LedgerEntry?)null))).Right();
        }

        await lease.CloseAsync();
    }

    PublishedEvent[] Produce(IEnumerable<Message<string, string>> messages, string topic = Topic)
    {
        var published = new System.Collections.Concurrent.ConcurrentBag<PublishedEvent>();
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig
        {
            BootstrapServers = Neighbours.Broker.Address, Acks = Acks.All, LingerMs = 5, QueueBufferingMaxMessages = 200_000,
        }).SetLogHandler((_, _) => { }).Build();
        foreach (var message in messages)
            producer.Produce(topic, message, report =>
            {
                Assert.False(report.Error.IsError, report.Error.Reason);
                published.Add(new PublishedEvent(
                    new EventId(report.Message.Key), new RecordPosition(report.Partition.Value, report.Offset.Value), DateTimeOffset.UtcNow));
            });
        producer.Flush(TimeSpan.FromMinutes(2));
        return [.. published];
    }

    /// <param name="type">Null for a record that names none.</param>
    static Message<string, string> Record(string id, string? type = "SPACE_EVENT")
    {
        var message = new Message<string, string>
        {
            Key = id, Value = "{}", Headers = [new Header(RecordHeader.EventId, Encoding.UTF8.GetBytes(id))],
        };
        if (type is not null) message.Headers.Add(RecordHeader.EventType, Encoding.UTF8.GetBytes(type));
        return message;
    }

    async Task<(Seen Seen, long PeakBytes, IReadOnlyList<JsonElement> Findings)> VerifyAsync(
        DateTimeOffset from, DateTimeOffset to, string flow = "space")
    {
        string[] command = ["dotnet", RunningProcessor.BuiltPath, "verify", "--from", Text(from), "--to", Text(to), "--flow", flow, "--json"];
        await using var run = RunningProcessor.Launch(Neighbours.Settings(("HOBOM_SPACE_GRPC_ADDR", "127.0.0.1:1")), null, command);
        var ended = run.ExitAsync(TimeSpan.FromMinutes(5));
        var peak = 0L;
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, PeakOf(run.ProcessId));
            await Task.WhenAny(ended, Task.Delay(50));
        }

        Assert.StartsWith("{", run.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(run.Output);
        var topic = json.RootElement.GetProperty("topics").EnumerateArray().Single().Clone();
        var coverage = topic.GetProperty("coverage");
        return (
            new Seen(
                await ended, Count(topic, "lost"), Count(topic, "doubled"), Count(topic, "foreign"), Count(coverage, "compared"),
                Count(coverage, "notKept")),
            peak, [.. topic.GetProperty("findings").EnumerateArray()]);
    }

    static long PeakOf(int process)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            return running.PeakWorkingSet64;
        }
        catch (Exception ended) when (ended is ArgumentException or InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>The broker makes a topic that is asked for by its name.</summary>
    Task MakeTopicAsync(string topic = Topic) => Task.Run(() =>
    {
        using var admin = new AdminClientBuilder([new("bootstrap.servers", Neighbours.Broker.Address)]).SetLogHandler((_, _) => { }).Build();
        admin.GetMetadata(topic, TimeSpan.FromSeconds(20));
    });

    static long Count(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    sealed record Seen(int Code, long Lost, long Doubled, long Foreign, long Compared, long NotKept);
}
