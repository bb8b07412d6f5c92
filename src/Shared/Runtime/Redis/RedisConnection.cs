using System.Net.Sockets;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// One connection to Redis for the life of the process. Redis may be down when it is made, and may come and go:
/// operations fail in a bounded time meanwhile and work again without a restart.
/// </summary>
/// <param name="timeLimit">For one operation, connecting included; 2 s where not given.</param>
public sealed class RedisConnection(
    RedisAddress address, TimeProvider clock, ILogger<RedisConnection> logger, TimeSpan? timeLimit = null)
    : IAsyncDisposable
{
    /// <summary>
    /// Silence after which the connection is given up for a new one: a neighbour that vanished without a word
    /// leaves a socket that takes writes for a quarter of an hour.
    /// </summary>
    static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(10);

    readonly TimeSpan usualLimit = timeLimit ?? TimeSpan.FromSeconds(2);
    readonly Lock gate = new();
    RedisState state = new(RedisReach.Untried, clock.GetUtcNow(), "");
    Task<ConnectionMultiplexer>? connecting;
    long lastAnswer = long.MinValue;
    long silentSince;
    bool disposed;

    public RedisState State
    {
        get
        {
            lock (gate) return state;
        }
    }

    /// <summary>
    /// Runs one operation. It should be one round trip or a series of reads: after a time-out it is no longer
    /// waited for, and a write that followed a late answer would come out of order.
    /// </summary>
    /// <param name="longer">A time limit of its own, for what reads a lot.</param>
    public async Task<Either<StoreFailure, T>> RunAsync<T>(
        Func<IDatabase, Task<T>> operation, TimeSpan? longer = null)
    {
        var limit = longer ?? usualLimit;
        var begun = clock.GetTimestamp();
        try
        {
            var result = await OnDatabaseAsync(operation).WaitAsync(limit, clock);
            NoteAnswer();
            return result;
        }
        catch (RedisServerException e)
        {
            NoteAnswer();
            return new StoreFailure($"Redis refused: {e.Message}");
        }
        catch (Exception e) when (IsOfTheClient(e))
        {
            var reason = Describe(e, limit);
            NoteFailure(begun, reason);
            if (e is TimeoutException) ReplaceSilentConnection();
            return new StoreFailure($"Redis at {address}: {reason}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? last;
        lock (gate)
        {
            (last, connecting, disposed) = (connecting, null, true);
        }

        if (last is not null) await CloseAsync(last);
    }

    async Task<T> OnDatabaseAsync<T>(Func<IDatabase, Task<T>> operation)
    {
        var multiplexer = await Connection();
        return await operation(multiplexer.GetDatabase());
    }

    Task<ConnectionMultiplexer> Connection()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (connecting is { IsFaulted: false, IsCanceled: false }) return connecting;
            silentSince = clock.GetTimestamp();
            return connecting = ConnectAsync();
        }
    }

    async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(address.Options());
        multiplexer.ConnectionFailed += OnFailed;
        multiplexer.ConnectionRestored += OnRestored;
        return multiplexer;
    }

    /// <summary>The client tells late, and of every try: what it tells counts while it has no connection.</summary>
    void OnFailed(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive && sender is ConnectionMultiplexer { IsConnected: false })
            NoteFailure(clock.GetTimestamp(), $"no connection ({e.FailureType})");
    }

    /// <summary>A connection is no answer yet: so one is asked for.</summary>
    void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive) _ = RunAsync(db => db.PingAsync());
    }

    void NoteAnswer()
    {
        lock (gate)
        {
            lastAnswer = silentSince = clock.GetTimestamp();
            if (disposed || state.Reach == RedisReach.Up) return;
            state = new RedisState(RedisReach.Up, clock.GetUtcNow(), "");
        }

        logger.LogInformation("Redis at {Address} answers", address);
    }

    /// <param name="begun">When what failed began: an answer since then says more about how things stand.</param>
    void NoteFailure(long begun, string detail)
    {
        lock (gate)
        {
            if (disposed || state.Reach == RedisReach.Down || lastAnswer > begun) return;
            state = new RedisState(RedisReach.Down, clock.GetUtcNow(), detail);
        }

        logger.LogWarning("Redis at {Address} does not answer: {Detail}", address, detail);
    }

    void ReplaceSilentConnection()
    {
        Task<ConnectionMultiplexer> silent;
        lock (gate)
        {
            if (connecting is not { IsCompletedSuccessfully: true }
                || clock.GetElapsedTime(silentSince) < SilenceLimit) return;
            (silent, connecting) = (connecting, null);
        }

        _ = CloseAsync(silent);
    }

    async Task CloseAsync(Task<ConnectionMultiplexer> ended)
    {
        try
        {
            var multiplexer = await ended;
            multiplexer.ConnectionFailed -= OnFailed;
            multiplexer.ConnectionRestored -= OnRestored;
            await multiplexer.CloseAsync(allowCommandsToComplete: false);
        }
        catch (Exception e)
        {
            logger.LogDebug(e, "An ended connection to Redis did not close in order");
        }
    }

    static bool IsOfTheClient(Exception e) =>
        e is RedisException or TimeoutException or SocketException or IOException
            or ObjectDisposedException or OperationCanceledException;

    static string Describe(Exception e, TimeSpan limit) => e switch
    {
        TimeoutException => $"no answer within {limit.TotalSeconds:0.###} s",
        RedisConnectionException c => $"no connection ({c.FailureType})",
        ObjectDisposedException => "the connection is closed",
        _ => $"{e.GetType().Name}: {e.Message}",
    };
}
