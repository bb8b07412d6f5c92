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
            await using var transaction = await BeginAsync(connection, stopping);
            var answer = await work(connection, transaction.Sql);
            await transaction.CommitAsync(stopping);
            return answer;
        }, stopping);

    /// <summary>One statement that writes, by itself.</summary>
    public Task<Either<StoreFailure, T>> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken stopping) =>
        TryAsync(async connection =>
        {
            using var turn = await TakeTurnAsync(stopping);
            return await work(connection);
        }, stopping);

    public async Task<WriteTransaction> BeginAsync(DbConnection connection, CancellationToken stopping)
    {
        var turn = await TakeTurnAsync(stopping);
        try
        {
            return new WriteTransaction(await dialect.Begin(connection, stopping), turn);
        }
        catch
        {
            turn?.Dispose();
            throw;
        }
    }

    /// <summary>What only reads, or begins a <see cref="WriteTransaction"/> itself.</summary>
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

    async Task<IDisposable?> TakeTurnAsync(CancellationToken stopping) =>
        dialect.Turns is { } turns ? await turns.TakeAsync(stopping) : null;
}
