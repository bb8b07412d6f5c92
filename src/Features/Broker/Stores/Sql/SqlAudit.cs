using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>Entries one after the other: who appends holds the row that all processes share.</summary>
sealed class SqlAudit(SqlEdge edge)
{
    public AuditRegister AsRegister() => new(AppendAsync, ListAsync);

    Task<Either<StoreFailure, string>> AppendAsync(string entry, Func<string, string> hashOf, CancellationToken stopping) =>
        edge.InTransactionAsync(async (connection, transaction) =>
        {
            await connection.Command(transaction, $"select routed from broker_epoch {edge.Dialect.LockRows}").RunAsync(stopping);
            var last = await connection
                .Command(transaction, "select position, hash from broker_audit order by position desc limit 1")
                .ReadAsync(row => (Position: row.GetInt64(0), Hash: row.GetString(1)), stopping);
            var (position, previous) = last is [var newest] ? newest : (0, "");
            var hash = hashOf(previous);
            await connection.Command(
                transaction, "insert into broker_audit (position, entry, previous, hash) values (@position, @entry, @previous, @hash)",
                ("@position", position + 1), ("@entry", entry), ("@previous", previous), ("@hash", hash)).RunAsync(stopping);
            return hash;
        }, stopping);

    Task<Either<StoreFailure, IReadOnlyList<AuditLine>>> ListAsync(long? before, int limit, CancellationToken stopping) =>
        edge.TryAsync<IReadOnlyList<AuditLine>>(
            async connection => await connection.Command(
                null,
                "select position, entry, previous, hash from broker_audit where position < @before order by position desc limit @limit",
                ("@before", before ?? long.MaxValue), ("@limit", limit))
                .ReadAsync(row => new AuditLine(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3)), stopping),
            stopping);
}
