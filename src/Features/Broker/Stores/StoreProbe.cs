using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Broker.Stores.Nats;
using Hobom.Slices.Broker.Stores.Redis;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Hobom.Slices.Broker.Stores;

/// <summary>Whether the broker's store can be opened. Nothing is made in it.</summary>
public static class StoreProbe
{
    /// <returns>What is wrong, for people; null where it answers.</returns>
    public static Task<string?> AskAsync(BrokerSettings settings, CancellationToken stopping) => settings.Provider switch
    {
        BrokerProvider.Memory => Task.FromResult<string?>(null),
        BrokerProvider.Sqlite => AskSqliteAsync(settings.SqliteFile, stopping),
        BrokerProvider.Postgres => AskPostgresAsync(settings.Database, stopping),
        BrokerProvider.Redis => RedisProbe.AskAsync(settings.RedisAddress),
        BrokerProvider.Nats => NatsProbe.AskAsync(settings.NatsUrl, settings.NatsStream, stopping),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static async Task<string?> AskSqliteAsync(string file, CancellationToken stopping)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!Directory.Exists(folder)) return $"there is no folder {folder}";
        if (!File.Exists(file)) return CanMakeFileIn(folder) ? null : $"no file can be made in {folder}";
        try
        {
            await using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            await connection.OpenAsync(stopping);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA schema_version";
            await command.ExecuteScalarAsync(stopping);
            return null;
        }
        catch (SqliteException e)
        {
            return $"{file}: {e.Message}";
        }
    }

    static async Task<string?> AskPostgresAsync(string database, CancellationToken stopping)
    {
        try
        {
            await using var connection = new NpgsqlConnection(database);
            await connection.OpenAsync(stopping);
            await using var command = new NpgsqlCommand("SELECT has_schema_privilege(current_schema(), 'CREATE')", connection);
            return await command.ExecuteScalarAsync(stopping) is true ? null
                : "the account may make no tables in its schema (GRANT CREATE ON SCHEMA)";
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or ArgumentException or InvalidOperationException)
        {
            return e.Message;
        }
    }

    static bool CanMakeFileIn(string folder)
    {
        var probe = Path.Combine(folder, $".hobom-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
