using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Postgres;
using Hobom.Slices.Broker.Stores.Sql;
using Npgsql;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>A store over a database of its own, and another program beside it.</summary>
public abstract class PostgresTest(PostgresCluster cluster) : IAsyncLifetime
{
    PostgresStore opened = null!;

    protected string Address { get; private set; } = "";

    protected NpgsqlDataSource Application { get; private set; } = null!;

    protected BrokerStore Store => opened.Port;

    public virtual async Task InitializeAsync()
    {
        Address = await cluster.NewDatabaseAsync();
        opened = await OpenAsync();
        Application = NpgsqlDataSource.Create(Address);
        await Store.Consumers.Save(Consumer("c", ordered: true), default).Right();
    }

    public async Task DisposeAsync()
    {
        await Application.DisposeAsync();
        await opened.DisposeAsync();
    }

    protected async Task<PostgresStore> OpenAsync() =>
        (await PostgresStore.OpenAsync(Address, "events", SqlStoreSettings.Default, TimeProvider.System, default)).Right();

    protected async Task RunAsync(string text)
    {
        await using var connection = await Application.OpenConnectionAsync();
        await RunAsync(connection, text);
    }

    protected static async Task RunAsync(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }

    protected async Task<object?> ScalarAsync(string text)
    {
        await using var command = Application.CreateCommand(text);
        return await command.ExecuteScalarAsync();
    }
}
