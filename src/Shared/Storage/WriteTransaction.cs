using System.Data.Common;

namespace Hobom.Slices.Storage;

/// <summary>An open transaction that may write, with its turn where only one may at a time. Rolled back unless it was committed.</summary>
public sealed class WriteTransaction(DbTransaction sql, IDisposable? turn) : IAsyncDisposable
{
    public DbTransaction Sql => sql;

    public Task CommitAsync(CancellationToken stopping) => sql.CommitAsync(stopping);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await sql.DisposeAsync();
        }
        finally
        {
            turn?.Dispose();
        }
    }
}
