using System.Data.Common;
using System.IO.Compression;
using Hobom.Slices.Rows;

namespace Hobom.Slices.Outbox;

/// <summary>An event in its row, in one of the two databases.</summary>
sealed class OutboxRow(OutboxDatabase database, string? schema)
{
    readonly string table = schema is null ? "outbox_event" : $"\"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\".outbox_event";

    bool IsSqlite => database is OutboxDatabase.Sqlite;

    string IdText => IsSqlite ? "id" : "id::text";

    public static OutboxRow For(DbConnection connection, OutboxWriterOptions options) => new(
        options.Database is OutboxDatabase.Detect ? DatabaseOf(connection) : options.Database, options.Schema);

    /// <summary>Affects no row where the same source and id are there.</summary>
    public DbCommand Insert(DbConnection connection, DbTransaction? transaction, Guid rowId, OutboxEvent given, DateTimeOffset now)
    {
        return Command(
            connection, transaction,
            $"""
            insert into {table} (
                id, event_id, source, source_module, event_name, aggregate_type, aggregate_id, ordering_key, payload, schema_version,
                metadata, user_id, session_id, instance_id, schema, entity, operation, available_at, created_at, updated_at)
            values (
                @id, @event_id, @source, @source_module, @event_name, @aggregate_type, @aggregate_id, @ordering_key, @payload,
                @schema_version, {(IsSqlite ? "@metadata" : "cast(@metadata as json)")}, @user_id, @session_id, @instance_id, @schema,
                @entity, @operation, @available_at, @created_at, @created_at)
            on conflict do nothing
            """,
            ("@id", IsSqlite ? rowId.ToString() : rowId), ("@event_id", given.Id), ("@source", given.Source),
            ("@source_module", given.SourceModule), ("@event_name", given.Type), ("@aggregate_type", given.AggregateType),
            ("@aggregate_id", given.AggregateId), ("@ordering_key", given.OrderingKey), ("@payload", given.Payload?.ToArray()),
            ("@schema_version", given.SchemaVersion), ("@metadata", given.Metadata), ("@user_id", given.UserId),
            ("@session_id", given.SessionId), ("@instance_id", given.InstanceId), ("@schema", given.Schema), ("@entity", given.Entity),
            ("@operation", given.Operation), ("@available_at", given.AvailableAt is { } at ? Time(at) : null),
            ("@created_at", Time(given.CreatedAt ?? now)));
    }

    /// <summary>At most one row, for <see cref="Read"/>.</summary>
    public DbCommand Find(DbConnection connection, DbTransaction? transaction, OutboxEvent given) => Command(
        connection, transaction,
        $"""
        select {IdText}, payload, payload_encoding, event_name, source_module, aggregate_type, aggregate_id, ordering_key, schema_version,
            metadata, user_id, session_id, schema, entity, operation
        from {table} where coalesce(source, source_module) = @source and coalesce(event_id, {IdText}) = @event_id
        """,
        ("@source", given.Source), ("@event_id", given.Id));

    public static (Guid RowId, OutboxEvent Event) Read(DbDataReader row, OutboxEvent given) => (
        Guid.Parse(row.GetString(0)),
        new OutboxEvent
        {
            Id = given.Id, Source = given.Source, Payload = Payload(row), Type = row.GetString(3), SourceModule = row.GetString(4),
            AggregateType = row.GetString(5), AggregateId = row.GetString(6), OrderingKey = Text(row, 7),
            SchemaVersion = row.IsDBNull(8) ? null : row.GetInt32(8), Metadata = Text(row, 9), UserId = row.GetInt64(10),
            SessionId = row.GetString(11), Schema = row.GetString(12), Entity = row.GetString(13), Operation = row.GetString(14),
        });

    /// <summary>Times and the instance are left out: who writes an event once more has stamped it anew.</summary>
    public static bool SaysTheSame(OutboxEvent one, OutboxEvent other) =>
        Lasting(one) == Lasting(other) && one.Payload.HasValue == other.Payload.HasValue
        && one.Payload.GetValueOrDefault().Span.SequenceEqual(other.Payload.GetValueOrDefault().Span);

    static OutboxEvent Lasting(OutboxEvent given) => given with
    {
        Payload = null, CreatedAt = null, AvailableAt = null, InstanceId = null, Metadata = given.Metadata is "{}" ? null : given.Metadata,
    };

    object Time(DateTimeOffset time) => IsSqlite ? StoredText.Time(time) : time.UtcDateTime;

    static OutboxDatabase DatabaseOf(DbConnection connection)
    {
        var type = connection.GetType().FullName ?? "";
        return type.Contains("Npgsql", StringComparison.Ordinal) ? OutboxDatabase.PostgreSql
            : type.Contains("Sqlite", StringComparison.OrdinalIgnoreCase) ? OutboxDatabase.Sqlite
            : throw new NotSupportedException(
                $"{type} tells of no database with an outbox table; where it wraps a connection, set {nameof(OutboxWriterOptions)}."
                + $"{nameof(OutboxWriterOptions.Database)}");
    }

    /// <summary>The processor compresses large ones of its own publishers.</summary>
    static ReadOnlyMemory<byte>? Payload(DbDataReader row)
    {
        if (row.IsDBNull(1)) return null;
        var bytes = row.GetFieldValue<byte[]>(1);
        if (row.GetString(2) != "gzip") return bytes;
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    static DbCommand Command(
        DbConnection connection, DbTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
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
}
