using System.Data.Common;
using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Data.Sqlite;

namespace Hobom.Slices.Broker.Stores.Sqlite;

/// <summary>Events in one file, durable. Several processes of one machine may share it; one writes at a time.</summary>
public sealed class SqliteStore : IAsyncDisposable
{
    /// <summary>How often another process's writes are looked for: it costs a read of the file's head.</summary>
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a write waits for others, in this process and in others; in this process a handler's waits on.</summary>
    static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(15);

    readonly CancellationTokenSource closing;
    readonly Task looking;
    readonly WriteTurns turns;

    SqliteStore(BrokerStore port, Task looking, WriteTurns turns, CancellationTokenSource closing) =>
        (Port, this.looking, this.turns, this.closing) = (port, looking, turns, closing);

    public BrokerStore Port { get; }

    /// <summary>Makes or migrates the tables first.</summary>
    /// <param name="turnLimit">How long a write waits for others of this process; null: 15 s.</param>
    public static async Task<Either<StoreFailure, SqliteStore>> OpenAsync(
        string file, SqlStoreSettings settings, TimeProvider clock, CancellationToken stopping, TimeSpan? turnLimit = null)
    {
        var address = new SqliteConnectionStringBuilder
        {
            DataSource = file, ForeignKeys = true, DefaultTimeout = (int)WriteLimit.TotalSeconds, Pooling = true,
        }.ToString();
        var signal = new Signals();
        var oneAtATime = new WriteTurns(turnLimit ?? WriteLimit);
        var dialect = new SqlDialect(
            stop => OpenConnectionAsync(address, stop),
            (connection, stop) => Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: false)),
            "", "", "", SqlTimes.Text, rows => rows.AsJson(), "", "", "id")
        {
            Turns = oneAtATime,
            BeginRead = (connection, _) =>
                Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: true)),
        };
        var made = await new SqlEdge(dialect).TryAsync(async connection =>
        {
            await connection.Command(null, "pragma journal_mode = wal").ScalarAsync(stopping);
            await using var transaction = await dialect.Begin(connection, stopping);
            await Migrations.ApplyAsync(connection, transaction, "Sqlite", clock, stopping);
            await transaction.CommitAsync(stopping);
            return Unit.Default;
        }, stopping);
        var over = new CancellationTokenSource();
        return made.Map(_ => new SqliteStore(
            SqlStore.Over(dialect, signal, settings, clock), LookForOthersAsync(address, signal, clock, over.Token), oneAtATime, over));
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await looking;
        turns.Dispose();
        closing.Dispose();
    }

    static async Task<DbConnection> OpenConnectionAsync(string address, CancellationToken stopping)
    {
        var connection = new SqliteConnection(address);
        try
        {
            await connection.OpenAsync(stopping);
            // The default of the file's format, stated: an event that was acknowledged survives a power cut.
            // Another process that writes is waited for in steps of milliseconds: the library's own are of 150.
            await connection.Command(null, "pragma synchronous = full; pragma busy_timeout = 1000").RunAsync(stopping);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The number changes with each commit of another connection.</summary>
    static async Task LookForOthersAsync(string address, Signals signal, TimeProvider clock, CancellationToken closing)
    {
        using var timer = new PeriodicTimer(LookInterval, clock);
        DbConnection? connection = null;
        object? seen = null;
        try
        {
            while (await timer.WaitForNextTickAsync(closing))
            {
                try
                {
                    connection ??= await OpenConnectionAsync(address, closing);
                    var version = await connection.Command(null, "pragma data_version").ScalarAsync(closing);
                    if (seen is not null && !Equals(seen, version)) signal.Set();
                    seen = version;
                }
                catch (SqliteException)
                {
                    // The next look opens it anew; until then the poll interval finds what there is.
                    if (connection is not null) await connection.DisposeAsync();
                    connection = null;
                }
            }
        }
        catch (OperationCanceledException)
        {
        }

        if (connection is not null) await connection.DisposeAsync();
    }
}
