using System.Data.Common;
using System.IO.Compression;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>An event in its row: which column is which field.</summary>
static class SqlEvents
{
    /// <summary>How many columns <see cref="Columns"/> names.</summary>
    public const int ColumnCount = 23;

    const string Compressed = "gzip";

    /// <summary>A few bytes of another program's must not become all of the memory.</summary>
    const int InflatedLimit = 128 * 1024 * 1024;

    /// <param name="e">The table's name in the statement.</param>
    /// <param name="idText">A row's id as text, in the dialect.</param>
    /// <param name="isBare">Without payload and metadata.</param>
    public static string Columns(string e, string idText, bool isBare = false) =>
        $"{e}.id, {e}.sequence, coalesce({e}.event_id, {idText.Replace("id", e + ".id", StringComparison.Ordinal)}), coalesce({e}.source, "
        + $"{e}.source_module), "
        + $"{e}.event_name, {(isBare ? "null" : $"{e}.payload")}, {e}.payload_encoding, {e}.source_module, {e}.aggregate_type, "
        + $"{e}.aggregate_id, {e}.ordering_key, {e}.schema_version, {(isBare ? "null" : $"{e}.metadata")}, {e}.user_id, {e}.session_id, "
        + $"{e}.instance_id, {e}.schema, {e}.entity, {e}.operation, "
        + $"{e}.created_at, {e}.available_at, {e}.no_consumer_since, {e}.expired_at";

    /// <summary>Never throws for what another program wrote: a row that cannot be read must not keep others from being given out.</summary>
    public static BrokerEvent Read(DbDataReader row, int first)
    {
        try
        {
            return ReadWith(row, first, Payload(row, first + 5));
        }
        catch (InvalidDataException notCompressed)
        {
            return ReadWith(row, first, default) with
            {
                Unreadable = $"payload_encoding is {Compressed} and the payload is not: {notCompressed.Message}",
            };
        }
    }

    public static (object? Bytes, string Encoding) Stored(Option<ReadOnlyMemory<byte>> payload, int compressAbove) => payload.Match(
        bytes => bytes.Length > compressAbove ? (Compress(bytes), Compressed) : ((object?)bytes.ToArray(), "identity"),
        () => (null, "identity"));

    static BrokerEvent ReadWith(DbDataReader row, int first, Option<ReadOnlyMemory<byte>> payload) => new()
    {
        Id = row.GetString(first + 2),
        Source = row.GetString(first + 3),
        Type = row.GetString(first + 4),
        Payload = payload,
        SourceModule = row.GetString(first + 7),
        AggregateType = row.GetString(first + 8),
        AggregateId = row.GetString(first + 9),
        OrderingKey = row.Text(first + 10),
        SchemaVersion = Version(row, first + 11, out var noVersion),
        Metadata = row.Text(first + 12),
        UserId = row.GetInt64(first + 13),
        SessionId = row.GetString(first + 14),
        InstanceId = row.GetString(first + 15),
        Schema = row.GetString(first + 16),
        Entity = row.GetString(first + 17),
        Operation = row.GetString(first + 18),
        CreatedAt = row.Time(first + 19) ?? default,
        AvailableAt = row.Time(first + 20),
        Unreadable = noVersion,
    };

    /// <summary>SQLite's integers go further than versions do.</summary>
    static int? Version(DbDataReader row, int column, out string? fault)
    {
        fault = null;
        if (row.IsDBNull(column)) return null;
        var version = row.GetInt64(column);
        if (version <= int.MaxValue) return (int)version;
        fault = $"schema_version is at most {int.MaxValue}, and it is {version}";
        return null;
    }

    static Option<ReadOnlyMemory<byte>> Payload(DbDataReader row, int column)
    {
        if (row.IsDBNull(column)) return default;
        var bytes = row.GetFieldValue<byte[]>(column);
        return new ReadOnlyMemory<byte>(row.GetString(column + 1) == Compressed ? Decompress(bytes) : bytes);
    }

    static byte[] Compress(ReadOnlyMemory<byte> bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes.Span);
        return target.ToArray();
    }

    static byte[] Decompress(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var target = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (var read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
        {
            if (target.Length + read > InflatedLimit) throw new InvalidDataException($"it has more than {InflatedLimit} bytes");
            target.Write(buffer, 0, read);
        }

        return target.ToArray();
    }
}
