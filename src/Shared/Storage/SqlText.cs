using System.Data.Common;

namespace Hobom.Slices.Storage;

/// <summary>A statement with its parameters, in a transaction or by itself.</summary>
public static class SqlText
{
    /// <summary>The tables' limit for texts of errors.</summary>
    const int ErrorLimit = 1023;

    public static DbCommand Command(
        this DbConnection connection, DbTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static async Task<int> RunAsync(this DbCommand command, CancellationToken stopping)
    {
        await using (command) return await command.ExecuteNonQueryAsync(stopping);
    }

    public static async Task<object?> ScalarAsync(this DbCommand command, CancellationToken stopping)
    {
        await using (command) return await command.ExecuteScalarAsync(stopping) is { } value and not DBNull ? value : null;
    }

    public static async Task<List<T>> ReadAsync<T>(this DbCommand command, Func<DbDataReader, T> read, CancellationToken stopping)
    {
        await using (command)
        {
            var rows = new List<T>();
            await using var reader = await command.ExecuteReaderAsync(stopping);
            while (await reader.ReadAsync(stopping)) rows.Add(read(reader));
            return rows;
        }
    }

    public static Guid Id(this DbDataReader reader, int column) =>
        reader.GetValue(column) switch
        {
            Guid id => id,
            string text => Guid.Parse(text),
            var other => throw new InvalidCastException($"an id of type {other.GetType()}"),
        };

    public static DateTimeOffset? Time(this DbDataReader reader, int column)
    {
        if (reader.IsDBNull(column)) return null;
        try
        {
            return SqlTimes.Read(reader.GetValue(column));
        }
        catch (Exception beyond) when (beyond is InvalidCastException or ArgumentOutOfRangeException or OverflowException)
        {
            // Another program's: PostgreSQL's years go further than ours, and its row is still a row.
            return DateTimeOffset.UnixEpoch;
        }
    }

    public static string? Text(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>Cut to the column, and without the one character that no database keeps.</summary>
    public static string? Error(string? reason)
    {
        if (reason is null) return null;
        var kept = reason.Replace('\0', '\uFFFD');
        if (kept.Length > ErrorLimit) kept = kept[..(char.IsHighSurrogate(kept[ErrorLimit - 1]) ? ErrorLimit - 1 : ErrorLimit)];
        return string.Concat(kept.EnumerateRunes());
    }
}
