using System.Diagnostics;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Streams;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Hobom.Slices.Bench.Streams;

/// <summary>The same entries through the router, and through nothing but its atomic step.</summary>
sealed class RouterRun : IAsyncDisposable
{
    const string Stream = "events:chat";
    const int Users = 1000;

    static readonly LetterPort NoLetters = new(
        _ => throw new InvalidOperationException("an entry failed"), _ => throw new InvalidOperationException(),
        _ => throw new InvalidOperationException(),
        _ => throw new InvalidOperationException());

    readonly ConnectionMultiplexer plain;
    readonly string address;

    RouterRun(ConnectionMultiplexer plain, string address) => (this.plain, this.address) = (plain, address);

    IDatabase Db => plain.GetDatabase();

    public static async Task<RouterRun> ConnectAsync(string address) =>
        new(await ConnectionMultiplexer.ConnectAsync($"{address},allowAdmin=true"), address);

    public async Task<double> AddAsync(int entries)
    {
        await Db.ExecuteAsync("FLUSHALL");
        var since = Stopwatch.GetTimestamp();
        foreach (var chunk in Enumerable.Range(0, entries).Chunk(2000))
            await Task.WhenAll(chunk.Select(i => Db.StreamAddAsync(Stream,
            [
                new("type", "message_complete"), new("user_id", $"user-{i % Users}"), new("job_id", $"job-{i % 5000}"),
            ])));
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    /// <summary>From the router's start, its connections included, to the last acknowledgement.</summary>
    public async Task<(double Seconds, TimeSpan Cpu)> RouteAsync(int entries)
    {
        await using var router = new RunningRouter(address);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var since = Stopwatch.GetTimestamp();
        while (router.Applied < entries) await Task.Delay(2);
        return (Stopwatch.GetElapsedTime(since).TotalSeconds, Process.GetCurrentProcess().TotalProcessorTime - cpu);
    }

    /// <summary>The atomic step alone, an entry a call, pipelined: no reading, no deciding, the same effect.</summary>
    public async Task<double> BareStepAsync(int entries)
    {
        var read = EntryReading.Entries(Stream, await Db.ExecuteAsync("XRANGE", Stream, "-", "+"));
        await Db.KeyDeleteAsync(RouterKeys.Settled(Stream));
        await Db.StringSetAsync(RouterKeys.Lease(Stream), "bench");
        var nothing = new StateView(new Dictionary<StateRead, string?>());
        var whole = new ShardStream("chat", Stream, 1, new StreamPart.Whole());
        ApplyCall[] calls = [.. read.Take(entries).Select(entry => new ApplyCall(
            whole, "bench", RouterSettings.Default.Group,
            [new Application(entry.Id, 0,
                MessageCompleteHandler.Handler.Decide(DatedEntry.Of(entry, TimeZoneInfo.Utc), nothing).IfLeft(Changes.None))],
            RouterSettings.Default.LifeOf))];
        var since = Stopwatch.GetTimestamp();
        foreach (var chunk in calls.Chunk(2000)) await Task.WhenAll(chunk.Select(c => RedisScript.Apply.RunAsync(Db, c.Keys, c.Arguments)));
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    /// <summary>One entry at a time into a router at rest; milliseconds, the shortest first.</summary>
    public async Task<double[]> LatencyAsync(int entries)
    {
        await Db.ExecuteAsync("FLUSHALL");
        await using var router = new RunningRouter(address);
        var waits = new double[entries];
        for (var i = 0; i < entries; i++)
        {
            await Task.Delay(10);
            var since = Stopwatch.GetTimestamp();
            await Db.StreamAddAsync(Stream, [new("type", "message_complete"), new("user_id", "u"), new("job_id", "j")]);
            while ((long)await Db.HashGetAsync("stats:user:u", "message_count") <= i) await Task.Yield();
            waits[i] = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
        }

        // The first ones wait for the router's start.
        return [.. waits.Skip(entries / 10).Order()];
    }

    public async ValueTask DisposeAsync() => await plain.CloseAsync();

    sealed class RunningRouter : IAsyncDisposable
    {
        readonly CancellationTokenSource stop = new();
        readonly List<RedisConnection> connections = [];
        readonly RouterMeter meter = new();
        readonly EventRouter router;
        readonly Task running;
        readonly string address;

        public RunningRouter(string address)
        {
            this.address = address;
            router = new EventRouter(new RouterParts(
                "bench", RouterSettings.Default, HandlerRegistry.Default, Connect(), Connect, NoLetters, () => false, meter,
                TimeProvider.System,
                NullLogger.Instance));
            running = router.RunAsync(stop.Token);
        }

        public long Applied => router.Statuses.Sum(s => s.Applied);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running;
            await router.DisposeAsync();
            foreach (var connection in connections) await connection.DisposeAsync();
            meter.Dispose();
        }

        RedisConnection Connect()
        {
            var parsed = RedisAddress.Parse(address)
                .Match(Right: a => a, Left: fault => throw new InvalidOperationException(fault.Message));
            var connection = new RedisConnection(parsed, TimeProvider.System, NullLogger<RedisConnection>.Instance);
            lock (connections) connections.Add(connection);
            return connection;
        }
    }
}
