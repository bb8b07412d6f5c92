using System.Data.Common;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Postgres;
using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Broker.Stores.Sqlite;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>A database with the processor's tables, as an application sees it.</summary>
/// <param name="Store">The processor's own look at it.</param>
public sealed record OutboxDatabase(
    string Address, bool IsSqlite, BrokerStore Store, Func<DbConnection> NewConnection, Func<Task> Close) : IAsyncDisposable
{
    public static async Task<OutboxDatabase> SqliteAsync()
    {
        var folder = ServerFolder.New("hobom-outbox-");
        var file = Path.Combine(folder, "app.db");
        var store = (await SqliteStore.OpenAsync(file, SqlStoreSettings.Default, TimeProvider.System, default)).Right();
        var address = $"Data Source={file}";
        return new OutboxDatabase(address, true, store.Port, () => new SqliteConnection(address), async () =>
        {
            await store.DisposeAsync();
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        });
    }

    public static async Task<OutboxDatabase> PostgresAsync(PostgresCluster cluster)
    {
        var address = await cluster.NewDatabaseAsync();
        var store = (await PostgresStore.OpenAsync(address, "events", SqlStoreSettings.Default, TimeProvider.System, default)).Right();
        return new OutboxDatabase(address, false, store.Port, () => new NpgsqlConnection(address), async () => await store.DisposeAsync());
    }

    public async Task<DbConnection> OpenAsync()
    {
        var connection = NewConnection();
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>The oldest first.</summary>
    public async Task<IReadOnlyList<StoredEvent>> EventsAsync() =>
        [.. (await Store.Read.List(new EventFilter(), 1000, default).Right()).Reverse()];

    public async Task RunAsync(string text)
    {
        await using var connection = await OpenAsync();
        await connection.Command(null, text).RunAsync(default);
    }

    public async ValueTask DisposeAsync() => await Close();
}
