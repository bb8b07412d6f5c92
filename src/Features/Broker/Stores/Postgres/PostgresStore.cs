using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Core;
using LanguageExt;
using Npgsql;

namespace Hobom.Slices.Broker.Stores.Postgres;

/// <summary>Events in PostgreSQL 13 or newer; any number of processes.</summary>
public sealed class PostgresStore : IAsyncDisposable
{
    /// <summary>Any number will do, as long as all processes have the same.</summary>
    const long MigrationLock = 7_214_530_001;

    readonly NpgsqlDataSource source;
    readonly PostgresListener listener;

    PostgresStore(NpgsqlDataSource source, PostgresListener listener, BrokerStore port) =>
        (this.source, this.listener, Port) = (source, listener, port);

    public BrokerStore Port { get; }

    /// <summary>Makes or migrates the tables first.</summary>
    /// <param name="channel">Of LISTEN and NOTIFY, at most 63 characters.</param>
    public static async Task<Either<StoreFailure, PostgresStore>> OpenAsync(
        string connectionString, string channel, SqlStoreSettings settings, TimeProvider clock, CancellationToken stopping)
    {
        var opened = NpgsqlDataSource.Create(PostgresAddress.WithDefaults(connectionString));
        var signal = new Signals();
        var dialect = new SqlDialect(
            async stop => await opened.OpenConnectionAsync(stop), async (connection, stop) => await connection.BeginTransactionAsync(stop),
            "for update skip locked", "for no key update", "for key share", time => time.UtcDateTime, rows => rows.AsArrays(),
            $"select pg_notify({Literal(channel)}, '');",
            "set local idle_in_transaction_session_timeout = 0; ", "id::text") { HasLateral = true };
        var made = await new SqlEdge(dialect).InTransactionAsync(async (connection, transaction) =>
        {
            await connection.Command(transaction, $"select pg_advisory_xact_lock({MigrationLock})").RunAsync(stopping);
            await Migrations.ApplyAsync(connection, transaction, "Postgres", clock, stopping);
            await connection.Command(
                transaction,
                $"""
                create or replace trigger outbox_event_wake after insert on outbox_event
                for each statement execute function outbox_event_wake({Literal(channel)})
                """).RunAsync(stopping);
            return Unit.Default;
        }, stopping);
        if (made.TryGetRight(out _, out var failure))
            return new PostgresStore(
                opened, PostgresListener.Start(opened, channel, signal, clock), SqlStore.Over(dialect, signal, settings, clock));
        await opened.DisposeAsync();
        return failure;
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        await source.DisposeAsync();
    }

    static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
