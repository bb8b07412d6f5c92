using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Integration.Redis;

/// <summary>One server for a class of tests, and beside it a plain client: another program's view of the keys.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public RedisConnection Connection { get; private set; } = null!;

    public RedisDeadLetterStore Store { get; private set; } = null!;

    public LetterReconciler Upkeep { get; private set; } = null!;

    public LetterCatalogue Catalogue { get; private set; } = null!;

    public LetterFeed Feed { get; private set; } = null!;

    public IDatabase Plain { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await RedisServer.StartedAsync();
        // No test wants this one to give up, and on a busy machine an answer may take longer than the usual two seconds.
        Connection = ConnectionTo(Server.Address, TimeSpan.FromMinutes(1));
        Store = new RedisDeadLetterStore(Connection, TimeProvider.System);
        Upkeep = new LetterReconciler(Connection, TimeProvider.System);
        Catalogue = new LetterCatalogue(TimeProvider.System);
        Feed = new LetterFeed(Connection, Catalogue, text => text, TimeProvider.System);
        Plain = (await ConnectionMultiplexer.ConnectAsync($"{Server.Address},allowAdmin=true")).GetDatabase();
    }

    public async Task DisposeAsync()
    {
        await Plain.Multiplexer.CloseAsync();
        await Connection.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>Empties the server.</summary>
    public Task ClearAsync() => Plain.ExecuteAsync("FLUSHALL");

    public IReadOnlyList<string> Keys() =>
        [.. Plain.Multiplexer.GetServer(Server.Address).Keys().Select(k => (string)k!)];

    public static RedisConnection ConnectionTo(
        string address, TimeSpan? timeLimit = null, ILogger<RedisConnection>? logger = null) =>
        new(RedisAddress.Parse(address).Right(), TimeProvider.System,
            logger ?? NullLogger<RedisConnection>.Instance, timeLimit);
}
