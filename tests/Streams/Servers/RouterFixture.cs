using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

// Several programs and a Redis at once are enough for one machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>One redis-server for a class of tests, and a plain client: what producers and other programs see.</summary>
public sealed class RouterFixture : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public IDatabase Plain { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await RedisServer.StartedAsync();
        Plain = (await ConnectionMultiplexer.ConnectAsync($"{Server.Address},allowAdmin=true,asyncTimeout=120000")).GetDatabase();
    }

    public async Task DisposeAsync()
    {
        await Plain.Multiplexer.CloseAsync();
        await Server.DisposeAsync();
    }

    public Task ClearAsync() => Plain.ExecuteAsync("FLUSHALL");

    public static RedisConnection ConnectionTo(string address) => new(
        RedisAddress.Parse(address).Match(Right: a => a, Left: fault => throw new ArgumentException(fault.Message, nameof(address))),
        TimeProvider.System, NullLogger<RedisConnection>.Instance);
}
