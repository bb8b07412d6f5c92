using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Storage;

/// <summary>The one place where a database's exceptions become a failure. What failed may have been applied.</summary>
public sealed class SqlEdge(SqlDialect dialect)
{
    public SqlDialect Dialect => dialect;

    /// <summary>Work in a transaction of its own.</summary>
    public Task<Either<StoreFailure, T>> InTransactionAsync<T>(
        Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken stopping) =>
        TryAsync(async connection =>
        {
            await using var transaction = await dialect.Begin(connection, stopping);
            var answer = await work(connection, transaction);
            await transaction.CommitAsync(stopping);
            return answer;
        }, stopping);

    public async Task<Either<StoreFailure, T>> TryAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken stopping)
    {
        try
        {
            await using var connection = await dialect.Open(stopping);
            return await work(connection);
        }
        catch (Exception failed) when (IsOfDatabase(failed))
        {
            return Failure(failed);
        }
    }

    public static bool IsOfDatabase(Exception failed) =>
        failed is DbException or TimeoutException or IOException or OperationCanceledException or ObjectDisposedException
            or System.Net.Sockets.SocketException or InvalidOperationException or InvalidDataException or System.Text.Json.JsonException;

    public static StoreFailure Failure(Exception failed) => new($"{failed.GetType().Name}: {failed.Message}");
}
