using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hobom.Slices.Storage;

/// <param name="Type">Of PostgreSQL: uuid, bigint, text, timestamptz.</param>
public readonly record struct SqlColumn(string Name, string Type);

/// <summary>Rows in the form that a database takes them.</summary>
/// <param name="Table">A table <c>r</c> with the rows' columns, made from the parameters.</param>
public sealed record BoundRows(string Table, (string Name, object? Value)[] Parameters);

/// <summary>Many rows as parameters of one statement, which reads them as a table <c>r</c>.</summary>
/// <param name="Values">Of each row, in the order of the columns: Guid, long, string, DateTimeOffset, or null.</param>
public sealed record SqlRows(IReadOnlyList<SqlColumn> Columns, IReadOnlyList<object?[]> Values)
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly SqlColumn[] IdColumns = [new("id", "uuid")];

    public static SqlRows Ids(IEnumerable<Guid> ids) => new(IdColumns, [.. ids.Select(id => new object?[] { id })]);

    /// <summary>
    /// One array for each column: as PostgreSQL takes them, with no text between. In a subquery, so that it does not see how many
    /// rows there are: it would read a whole table beside some hundred of them, and the table grows.
    /// </summary>
    public BoundRows AsArrays() => new(
        $"unnest({string.Join(", ", Columns.Select(c => $"(select cast(@rows_{c.Name} as {c.Type}[]))"))}) "
        + $"as r({string.Join(", ", Columns.Select(c => $"\"{c.Name}\""))})",
        [.. Columns.Select((column, index) => ($"@rows_{column.Name}", (object?)Array(column.Type, [.. Values.Select(v => v[index])])))]);

    /// <summary>One JSON array of objects: as SQLite takes them, where times and ids are text.</summary>
    public BoundRows AsJson() => new(
        $"(select {string.Join(", ", Columns.Select(c => $"json_extract(value, '$.{c.Name}') as \"{c.Name}\""))} from json_each(@rows)) r",
        [
            ("@rows", JsonSerializer.Serialize(
                Values.Select(row => Columns.Select((column, index) => (column.Name, Value: Plainly(row[index])))
                    .ToDictionary(c => c.Name, c => c.Value, StringComparer.Ordinal)),
                Plain)),
        ]);

    static Array Array(string type, object?[] values) => type switch
    {
        "uuid" => System.Array.ConvertAll(values, v => (Guid?)v),
        "bigint" => System.Array.ConvertAll(values, v => (long?)v),
        "text" => System.Array.ConvertAll(values, v => (string?)v),
        "timestamptz" => System.Array.ConvertAll(values, v => ((DateTimeOffset?)v)?.UtcDateTime),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static object? Plainly(object? value) => value switch
    {
        Guid id => id.ToString(),
        DateTimeOffset time => SqlTimes.Text(time),
        _ => value,
    };
}
