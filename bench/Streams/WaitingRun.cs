using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace Hobom.Slices.Bench.Streams;

/// <summary>Ways to learn that a stream has a new entry: how long each takes, and what each costs while nothing comes.</summary>
static class WaitingRun
{
    const string Stream = "bench:waiting";
    const int Entries = 300;

    public static async Task PrintAsync(string address)
    {
        await using var producer = await ConnectionMultiplexer.ConnectAsync($"{address},allowAdmin=true");
        await using var own = await ConnectionMultiplexer.ConnectAsync($"{address},protocol=resp2,asyncTimeout=5000");
        using var socket = new RespSocket(address);
        await PrintAsync("XREAD BLOCK, a connection of the same client", producer, id => BlockAsync(own.GetDatabase(), id));
        await PrintAsync("XREAD BLOCK, a RESP socket of its own", producer, socket.BlockAsync);
        await PrintAsync("polling each 5 ms", producer, id => PollAsync(own.GetDatabase(), id, 5));
        await PrintAsync("polling each 50 ms", producer, id => PollAsync(own.GetDatabase(), id, 50));
        await PrintAsync("polling each 1 s, woken by PUBLISH", producer, await WokenAsync(own), isPublished: true);
    }

    static async Task PrintAsync(string way, ConnectionMultiplexer producer, Func<string, Task> wait, bool isPublished = false)
    {
        var db = producer.GetDatabase();
        var waits = new double[Entries];
        for (var i = 0; i < Entries; i++)
        {
            await db.KeyDeleteAsync(Stream);
            var waiting = wait("0-0");
            await Task.Delay(8);
            var since = Stopwatch.GetTimestamp();
            await db.StreamAddAsync(Stream, "type", "x");
            if (isPublished) await db.PublishAsync(RedisChannel.Literal(Stream), "");
            await waiting;
            waits[i] = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
        }

        Array.Sort(waits);
        await db.KeyDeleteAsync(Stream);
        var before = await CommandsAsync(producer);
        var idle = wait("0-0");
        await Task.Delay(2000);
        var commands = await CommandsAsync(producer) - before;
        await db.StreamAddAsync(Stream, "type", "x");
        if (isPublished) await db.PublishAsync(RedisChannel.Literal(Stream), "");
        await idle;
        Console.WriteLine(
            $"{way}: p50 {waits[Entries / 2]:F2} ms, p99 {waits[Entries * 99 / 100]:F2} ms; at rest {commands / 2.0:F1} commands/s");
    }

    static async Task BlockAsync(IDatabase db, string after)
    {
        while ((await db.ExecuteAsync("XREAD", "COUNT", 1, "BLOCK", 1000, "STREAMS", Stream, after)).IsNull)
        {
        }
    }

    static async Task PollAsync(IDatabase db, string after, int milliseconds)
    {
        while ((await db.StreamReadAsync(Stream, after, 1)).Length == 0) await Task.Delay(milliseconds);
    }

    static async Task<Func<string, Task>> WokenAsync(ConnectionMultiplexer own)
    {
        var rung = new SemaphoreSlim(0);
        await own.GetSubscriber().SubscribeAsync(RedisChannel.Literal(Stream), (_, _) => rung.Release());
        return async after =>
        {
            while ((await own.GetDatabase().StreamReadAsync(Stream, after, 1)).Length == 0) await rung.WaitAsync(1000);
        };
    }

    static async Task<long> CommandsAsync(ConnectionMultiplexer redis)
    {
        var info = (string)(await redis.GetDatabase().ExecuteAsync("INFO", "stats"))!;
        var line = info.Split('\n').Single(l => l.StartsWith("total_commands_processed:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Trim());
    }

    /// <summary>The least that can read a blocking answer.</summary>
    sealed class RespSocket : IDisposable
    {
        readonly TcpClient client;

        public RespSocket(string address)
        {
            var parts = address.Split(':');
            client = new TcpClient(parts[0], int.Parse(parts[1])) { NoDelay = true };
        }

        public async Task BlockAsync(string after)
        {
            var words = $"XREAD COUNT 1 BLOCK 1000 STREAMS {Stream} {after}";
            var command = Encoding.ASCII.GetBytes(words + "\r\n");
            var answer = new byte[4096];
            while (true)
            {
                await client.GetStream().WriteAsync(command);
                var read = await client.GetStream().ReadAsync(answer);
                if (!Encoding.ASCII.GetString(answer, 0, read).StartsWith("*-1", StringComparison.Ordinal)) return;
            }
        }

        public void Dispose() => client.Dispose();
    }
}
