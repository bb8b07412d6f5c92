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

    /// <summary>Selects that belong together: whoever writes meanwhile is not waited for, and does not wait.</summary>
    public Task<Either<StoreFailure, T>> ReadTogetherAsync<T>(
        Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken stopping) =>
        TryAsync(async connection =>
        {
            await using var transaction = await (dialect.BeginRead ?? dialect.Begin)(connection, stopping);
            return await work(connection, transaction);
        }, stopping);

    /// <summary>One statement that writes, by itself.</summary>
    public Task<Either<StoreFailure, T>> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken stopping) =>
        WriteAsync(work, t => t.TakeAsync(stopping), stopping);

    /// <summary>The same, and it waits for its turn as long as it takes.</summary>
    public Task<Either<StoreFailure, T>> WriteInTheEndAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken stopping) =>
        WriteAsync(work, t => t.AwaitAsync(stopping), stopping);

    public Task<WriteTransaction> BeginAsync(DbConnection connection, CancellationToken stopping) =>
        BeginAsync(connection, t => t.TakeAsync(stopping), stopping);

    /// <summary>For what may last: it waits for its turn as long as it takes, and holds up no more than one of its kind would.</summary>
    public Task<WriteTransaction> BeginLongAsync(DbConnection connection, CancellationToken stopping) =>
        BeginAsync(connection, t => t.AwaitLongAsync(stopping), stopping);

    async Task<WriteTransaction> BeginAsync(
        DbConnection connection, Func<WriteTurns, Task<IDisposable>> take, CancellationToken stopping)
    {
        var turn = await TakeTurnAsync(take);
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

    Task<Either<StoreFailure, T>> WriteAsync<T>(
        Func<DbConnection, Task<T>> work, Func<WriteTurns, Task<IDisposable>> take, CancellationToken stopping) =>
        TryAsync(async connection =>
        {
            using var turn = await TakeTurnAsync(take);
            return await work(connection);
        }, stopping);

    async Task<IDisposable?> TakeTurnAsync(Func<WriteTurns, Task<IDisposable>> take) =>
        dialect.Turns is { } turns ? await take(turns) : null;
}
