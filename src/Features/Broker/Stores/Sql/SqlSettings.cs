using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>The settings that were changed at run time.</summary>
sealed class SqlSettings(SqlEdge edge)
{
    public SettingRegister AsRegister() => new(AllAsync, SetAsync);

    Task<Either<StoreFailure, IReadOnlyDictionary<string, string>>> AllAsync(CancellationToken stopping) =>
        edge.TryAsync<IReadOnlyDictionary<string, string>>(
            async connection => (await connection.Command(null, "select slug, value from broker_setting")
                .ReadAsync(row => (Slug: row.GetString(0), Value: row.GetString(1)), stopping))
                .ToDictionary(s => s.Slug, s => s.Value, StringComparer.Ordinal),
            stopping);

    Task<Either<StoreFailure, Unit>> SetAsync(string slug, string value, string by, CancellationToken stopping) =>
        edge.InTransactionAsync(async (connection, transaction) =>
        {
            await connection.Command(
                transaction,
                $"""
                insert into broker_setting (slug, value, updated_by) values (@slug, @value, @by)
                on conflict (slug) do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at;
                update broker_epoch set settings = settings + 1; {edge.Dialect.WakeOthers}
                """,
                ("@slug", slug), ("@value", value), ("@by", by)).RunAsync(stopping);
            return Unit.Default;
        }, stopping);
}
