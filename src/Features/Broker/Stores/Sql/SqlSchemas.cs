using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>The schemas: added, never changed.</summary>
sealed class SqlSchemas(SqlEdge edge)
{
    public SchemaRegister AsRegister() => new(AllAsync, AddAsync);

    Task<Either<StoreFailure, IReadOnlyList<EventSchema>>> AllAsync(CancellationToken stopping) =>
        edge.TryAsync<IReadOnlyList<EventSchema>>(
            async connection => await connection
                .Command(null, "select event_name, version, document, upcast from broker_schema order by event_name, version")
                .ReadAsync(row => new EventSchema(row.GetString(0), row.GetInt32(1), row.GetString(2), row.Text(3)), stopping),
            stopping);

    Task<Either<StoreFailure, bool>> AddAsync(EventSchema schema, CancellationToken stopping) =>
        edge.InTransactionAsync(async (connection, transaction) =>
        {
            var added = await connection.Command(
                transaction,
                """
                insert into broker_schema (event_name, version, document, upcast) values (@type, @version, @document, @upcast)
                on conflict do nothing
                """,
                ("@type", schema.Type), ("@version", schema.Version), ("@document", schema.Document), ("@upcast", schema.Upcast))
                .RunAsync(stopping);
            await connection.Command(
                transaction, $"update broker_epoch set schemas = schemas + 1; {edge.Dialect.WakeOthers}").RunAsync(stopping);
            return added == 1;
        }, stopping);
}
