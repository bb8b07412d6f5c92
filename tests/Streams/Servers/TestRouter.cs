using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>One process's router, with connections of its own; several of them are several processes to Redis.</summary>
sealed class TestRouter : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly List<RedisConnection> connections = [];
    readonly string address;

    TestRouter(string address, RouterSettings settings, HandlerRegistry handlers)
    {
        this.address = address;
        var redis = Connect();
        Redis = redis;
        Letters = new RedisDeadLetterStore(redis, TimeProvider.System);
        Router = new EventRouter(new RouterParts(
            Guid.NewGuid().ToString("N"), settings, handlers, redis, Connect, Letters.Port, () => IsPaused, Meter, TimeProvider.System,
            NullLogger.Instance));
        Running = Router.RunAsync(stop.Token);
    }

    public EventRouter Router { get; }

    public RedisConnection Redis { get; }

    public RouterMeter Meter { get; } = new();

    public RedisDeadLetterStore Letters { get; }

    public Task Running { get; }

    public bool IsPaused { get; set; }

    /// <summary>Also for a turn that was begun before, and may still be at its wait for entries.</summary>
    public async Task PauseAsync()
    {
        IsPaused = true;
        await Task.Delay(1500);
    }

    public static TestRouter Start(string address, RouterSettings? settings = null, HandlerRegistry? handlers = null) =>
        new(address, settings ?? RouterSettings.Default, handlers ?? HandlerRegistry.Default);

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Running;
    }

    /// <summary>As if the process were killed: nothing that it sends from now on arrives.</summary>
    public async Task KillAsync()
    {
        RedisConnection[] all;
        lock (connections) all = [.. connections];
        foreach (var connection in all) await connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await KillAsync();
        await Router.DisposeAsync();
        Meter.Dispose();
    }

    RedisConnection Connect()
    {
        var connection = RouterFixture.ConnectionTo(address);
        lock (connections) connections.Add(connection);
        return connection;
    }
}
