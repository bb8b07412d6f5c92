using System.Net.Sockets;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// The way to Redis for the life of the process. Redis may be down when it is made, and may come and go: operations fail in
/// a bounded time meanwhile and work again without a restart. A connection that is lost, silent, or leads to a server that
/// refuses all writes, is given up for a new one at the next operation: only a new one says why it is refused, and
/// another server may be behind the address by now.
/// </summary>
/// <param name="timeLimit">For one operation, connecting included; 2 s where not given.</param>
public sealed class RedisConnection(
    RedisAddress address, TimeProvider clock, ILogger<RedisConnection> logger, TimeSpan? timeLimit = null,
    RedisMeter? meter = null)
    : IAsyncDisposable
{
    /// <summary>A string, written now and then to see whether writes are accepted.</summary>
    public const string ProbeKey = "dlqx:probe";

    /// <summary>
    /// Silence after which the connection is given up: a neighbour that vanished without a word leaves a socket that
    /// takes writes for a quarter of an hour.
    /// </summary>
    static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(10);

    /// <summary>Between two dials of a server that refuses.</summary>
    static readonly TimeSpan RedialInterval = TimeSpan.FromSeconds(1);

    readonly TimeSpan usualLimit = timeLimit ?? TimeSpan.FromSeconds(2);
    readonly RedisHealth health = new(address, clock, logger);
    readonly Lock gate = new();
    Task<ConnectionMultiplexer>? connecting;
    long dialledAt;
    bool disposed;

    public RedisState State => health.State;

    /// <summary>
    /// Runs one operation. It should be one round trip or a series of reads: after a time-out it is no longer
    /// waited for, and a write that followed a late answer would come out of order.
    /// </summary>
    /// <param name="longer">A time limit of its own, for what reads a lot.</param>
    /// <param name="isProof">It writes what a Redis that refuses writes would refuse.</param>
    public async Task<Either<StoreFailure, T>> RunAsync<T>(
        Func<IDatabase, Task<T>> operation, TimeSpan? longer = null, bool isProof = false)
    {
        var limit = longer ?? usualLimit;
        var begun = clock.GetTimestamp();
        Task<ConnectionMultiplexer>? used = null;
        try
        {
            used = Connection();
            var result = await OnAsync(used, operation).WaitAsync(limit, clock);
            health.NoteAnswer(isProof);
            meter?.Note(clock.GetElapsedTime(begun), null);
            return result;
        }
        catch (Exception e) when (RedisRefusal.Within(e) is { } refusal)
        {
            return Told(begun, Refused(refusal, used, isProof));
        }
        catch (Exception e) when (IsOfTheClient(e))
        {
            var reason = Describe(e, limit);
            health.NoteFailure(begun, reason);
            if (e is TimeoutException ? health.SilentFor > SilenceLimit : IsLost(used)) Replace(used);
            return Told(begun, new StoreFailure($"Redis at {address}: {reason}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? last;
        lock (gate) (last, connecting, disposed) = (connecting, null, true);
        health.Close();
        if (last is not null) await CloseAsync(last);
    }

    StoreFailure Told(long begun, StoreFailure failure)
    {
        meter?.Note(clock.GetElapsedTime(begun), failure);
        return failure;
    }

    static async Task<T> OnAsync<T>(Task<ConnectionMultiplexer> connection, Func<IDatabase, Task<T>> operation)
    {
        var db = (await connection).GetDatabase();
        try
        {
            return await operation(db);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("EXECABORT", StringComparison.Ordinal))
        {
            // It only says that a command was refused before; what holds for one holds for a plain read as well.
            await db.StringGetAsync(ProbeKey);
            throw;
        }
    }

    Task<ConnectionMultiplexer> Connection()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (connecting is { IsFaulted: false, IsCanceled: false }) return connecting;
            dialledAt = clock.GetTimestamp();
            health.NoteDial();
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
            health.NoteFailure(clock.GetTimestamp(), $"no connection ({e.FailureType})");
    }

    /// <summary>A connection is no answer yet: so one is asked for.</summary>
    void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive) _ = RunAsync(db => db.PingAsync());
    }

    StoreFailure Refused(RedisRefusal refusal, Task<ConnectionMultiplexer>? used, bool isProof)
    {
        health.NoteRefusal(refusal, isProof);
        if (refusal.Scope is RefusalScope.Server && clock.GetElapsedTime(dialledAt) > RedialInterval) Replace(used);
        return new StoreFailure($"Redis refused: {refusal.Reason}")
        {
            Refusal = refusal.Scope is RefusalScope.Command ? null : refusal.Reason,
        };
    }

    static bool IsLost(Task<ConnectionMultiplexer>? used) => used is { IsCompletedSuccessfully: true, Result.IsConnected: false };

    void Replace(Task<ConnectionMultiplexer>? used)
    {
        lock (gate)
        {
            if (used is not { IsCompletedSuccessfully: true } || connecting != used) return;
            connecting = null;
        }

        _ = CloseAsync(used);
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
            logger.LogDebug(LogEvents.Named("redis.connection-ended"), e, "An ended connection to Redis did not close in order");
        }
    }

    static bool IsOfTheClient(Exception e) =>
        e is RedisException or RedisCommandException or TimeoutException or SocketException or IOException
            or ObjectDisposedException or OperationCanceledException;

    static string Describe(Exception e, TimeSpan limit) => e switch
    {
        TimeoutException => $"no answer within {limit.TotalSeconds:0.###} s",
        RedisConnectionException c => $"no connection ({c.FailureType})",
        ObjectDisposedException => "the connection is closed",
        _ => $"{e.GetType().Name}: {e.Message}",
    };
}
