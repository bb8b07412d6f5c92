using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Storage;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Bench.Broker;

/// <param name="CpuMsPerThousand">Of this process: the broker and its handler.</param>
sealed record Handled(double Seconds, double PerSecond, double CpuMsPerThousand);

/// <summary>The broker as a program has it in process, on a store of its own.</summary>
sealed class BrokerUnderTest : IAsyncDisposable
{
    const string HandlerName = "bench";

    readonly BrokerSlice slice;
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentDictionary<string, long> published = new(StringComparer.Ordinal);
    readonly ConcurrentBag<double> waits = [];
    readonly KafkaPublisher? publisher;
    readonly PublishedLookup? lookup;
    Task running = Task.CompletedTask;
    int handled;
    int made;
    bool writes;

    BrokerUnderTest(Provider provider, string? kafka)
    {
        if (kafka is not null) (publisher, lookup) = Kafka(kafka);
        slice = Build(provider, publisher, lookup);
        if (kafka is null) slice.Subscribe(HandlerName, "bench.**", HandleAsync, c => c with { Concurrency = 10 });
    }

    /// <summary>Not begun yet.</summary>
    public static BrokerSlice Build(Provider provider, KafkaPublisher? publisher, PublishedLookup? lookup)
    {
        var settings = BrokerSettingsReader.Read(provider.Settings)
            .Match(s => s.IfNone(() => throw new InvalidOperationException("off")), p => throw new InvalidOperationException(p[0]));
        return BrokerSlice.Build(settings, new BrokerTools(
            TimeProvider.System, Random.Shared.NextDouble, NullLoggerFactory.Instance, "bench",
            publisher is null ? null : publisher.PublishAsync, lookup is null ? null : lookup.FindWrittenAsync));
    }

    /// <param name="address">host:port.</param>
    public static (KafkaPublisher Publisher, PublishedLookup Lookup) Kafka(string address)
    {
        var to = KafkaSettings.For(address);
        return (
            new KafkaPublisher(to, NullLogger<KafkaPublisher>.Instance, TimeProvider.System),
            new PublishedLookup(to, NullLogger<PublishedLookup>.Instance, PublishedLookup.DefaultSilence, TimeProvider.System));
    }

    public static async Task<BrokerUnderTest> StartAsync(Provider provider, string? kafka)
    {
        var started = new BrokerUnderTest(provider, kafka);
        started.running = started.slice.RunAsync(started.stop.Token);
        while (started.slice.Open is null) await Task.Delay(10);
        var storage = (SharedStorage.Database)started.slice.Open.Store.Storage;
        await storage.Edge.WriteAsync(
            connection => connection.Command(null, "create table bench_effect (event text not null)").RunAsync(default), default);
        return started;
    }

    /// <summary>A backlog that is there before the first is handled.</summary>
    /// <param name="writing">Whether the handler writes a row of its own in its transaction.</param>
    public async Task<Handled> HandleAsync(int events, bool writing)
    {
        writes = writing;
        await SetAsync(HandlerName, new ConsumerState.Paused("until the backlog is there", null));
        handled = 0;
        await AppendAsync(events);
        return await MeasureAsync(events, () => handled >= events, () => SetAsync(HandlerName, new ConsumerState.Active()).Wait());
    }

    public async Task<Handled> RelayAsync(string topic, int events)
    {
        var consumer = new Consumer(
            "relay", ConsumerKind.Kafka, EventPattern.Parse("bench.**", true).Match(p => p, _ => throw new InvalidOperationException()), 0,
            null, 500, TimeSpan.FromSeconds(30), false, new ConsumerState.Paused("until the backlog is there", null))
        {
            Target = new ConsumerTarget.Topic(topic, CloudEventForm.None),
        };
        var store = slice.Open!.Store;
        await store.Consumers.Save(consumer, default);
        await SetAsync("relay", consumer.State);
        var (sent, closed) = (SentSoFar(), (await CountsAsync()).Completed);
        await AppendAsync(events);
        // The store counts by reading its tables: it is asked when all are sent, and not all the while.
        return await MeasureAsync(
            events, () => SentSoFar() >= sent + events && CountsAsync().GetAwaiter().GetResult().Completed >= closed + events,
            () => SetAsync("relay", new ConsumerState.Active()).Wait());
    }

    /// <returns>Milliseconds from the publish to the handler's call, the commit among them, in order.</returns>
    public async Task<double[]> LatencyAsync(int rate, int count)
    {
        waits.Clear();
        handled = 0;
        for (var i = 0; i < count; i++)
        {
            var number = Interlocked.Increment(ref made);
            var id = IdOf(number);
            // Not after the publish: an event may be handled before its publisher goes on.
            published[id] = Stopwatch.GetTimestamp();
            var sent = await slice.Open!.Publisher.PublishAsync([Event(number)], default);
            if (sent.IsLeft) throw new InvalidOperationException("not published");
            await Task.Delay(TimeSpan.FromSeconds(1.0 / rate));
        }

        while (handled < count) await Task.Delay(10);
        return [.. waits.Order()];
    }

    /// <returns>MiB of the process, with so many events that wait for a consumer that is paused.</returns>
    public async Task<double> WaitingMemoryAsync(int events)
    {
        GC.Collect();
        var before = Process.GetCurrentProcess().WorkingSet64;
        await SetAsync(HandlerName, new ConsumerState.Paused("they wait", null));
        await AppendAsync(events);
        await Task.Delay(3000);
        GC.Collect();
        var after = Process.GetCurrentProcess().WorkingSet64;
        return (after - before) / 1048576.0;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await slice.DisposeAsync();
        if (publisher is not null) await publisher.DisposeAsync();
        stop.Dispose();
    }

    async Task HandleAsync(Hobom.Slices.Broker.Processing.HandlerContext context, CancellationToken stopping)
    {
        if (published.TryRemove(context.Event.Id, out var since)) waits.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        if (writes)
            await context.Transaction.Connection!.Command(
                context.Transaction.Sql, "insert into bench_effect (event) values (@event)", ("@event", context.Event.Id)).RunAsync(stopping);
        Interlocked.Increment(ref handled);
    }

    long SentSoFar() => slice.History.Of(["relay"])[0].Hour.Sum(t => t?.Done ?? 0);

    async Task SetAsync(string consumer, ConsumerState state) => await slice.Open!.Store.Consumers.SetState(consumer, state, default);

    async Task AppendAsync(int events)
    {
        foreach (var batch in Enumerable.Range(0, events).Chunk(500))
        {
            var appended = await slice.Open!.Store.Append([.. batch.Select(_ => Event(Interlocked.Increment(ref made)))], default);
            if (appended.IsLeft) throw new InvalidOperationException("not appended");
        }
    }

    static async Task<Handled> MeasureAsync(int events, Func<bool> isDone, Action begin)
    {
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var begun = Stopwatch.StartNew();
        begin();
        while (!isDone()) await Task.Delay(20);
        var seconds = begun.Elapsed.TotalSeconds;
        var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        return new Handled(seconds, events / seconds, used.TotalMilliseconds / events * 1000);
    }

    async Task<StoreCounts> CountsAsync() =>
        (await slice.Open!.Store.Read.Count(default)).Match(c => c, f => throw new InvalidOperationException(f.Message));

    static BrokerEvent Event(int number) => new()
    {
        Id = IdOf(number), Source = "bench", Type = "bench.order.create", InstanceId = "bench", OrderingKey = $"k{number % 1000}",
        Payload = Option<ReadOnlyMemory<byte>>.Some(
            Encoding.UTF8.GetBytes($"{{\"id\":\"{IdOf(number)}\",\"text\":\"{new string('x', 270)}\"}}")),
    };

    static string IdOf(int number) => $"b{number}";

    public abstract record Provider(IReadOnlyDictionary<string, string> Settings);

    public sealed record Postgres(string Database) : Provider(new Dictionary<string, string>
    {
        ["HOBOM_BROKER_PROVIDER"] = "postgres", ["HOBOM_BROKER_DATABASE_URL"] = Database, ["HOBOM_BROKER_OUTBOX_BATCH_SIZE"] = "500",
    });

    public sealed record Sqlite(string File) : Provider(new Dictionary<string, string>
    {
        ["HOBOM_BROKER_PROVIDER"] = "sqlite", ["HOBOM_BROKER_SQLITE_FILE"] = File, ["HOBOM_BROKER_OUTBOX_BATCH_SIZE"] = "500",
    });
}
