using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Data.Sqlite;

namespace Hobom.Slices.Broker.Capture;

/// <param name="Key">Of the primary key, in its order; empty where there is none.</param>
public sealed record TableColumns(IReadOnlyList<string> All, IReadOnlyList<string> Key);

/// <summary>Looks at a table in a database file; its triggers have to name every column.</summary>
public static class SqliteColumns
{
    public static async Task<Either<StoreFailure, TableColumns>> ReadAsync(string file, TableName table, CancellationToken stopping)
    {
        try
        {
            await using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            await connection.OpenAsync(stopping);
            // Hidden are columns of virtual tables; generated ones are 2 and 3.
            var found = await connection.Command(
                null, "select name, pk from pragma_table_xinfo(@table, @schema) where hidden <> 1 order by cid",
                ("@table", table.Name), ("@schema", table.Schema))
                .ReadAsync(row => (Name: row.GetString(0), Key: row.GetInt32(1)), stopping);
            if (found.Count == 0) return new StoreFailure($"{file} has no table {table.Schema}.{table.Name}");
            return await HasOutboxAsync(connection, table.Schema, stopping)
                ? new TableColumns(
                    [.. found.Select(c => c.Name)], [.. found.Where(c => c.Key > 0).OrderBy(c => c.Key).Select(c => c.Name)])
                : new StoreFailure(
                    $"{file} has no table outbox_event, and a trigger writes into its own database only: each change would fail. "
                    + "Start the broker on this file first (sqlite.file)");
        }
        catch (Exception failed) when (SqlEdge.IsOfDatabase(failed))
        {
            return new StoreFailure($"{file}: {failed.Message}");
        }
    }

    static async Task<bool> HasOutboxAsync(SqliteConnection connection, string schema, CancellationToken stopping) =>
        (await connection.Command(null, "select 1 from pragma_table_info('outbox_event', @schema) limit 1", ("@schema", schema))
            .ReadAsync(row => row.GetInt32(0), stopping)).Count > 0;
}
