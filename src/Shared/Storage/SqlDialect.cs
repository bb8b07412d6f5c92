using System.Data.Common;

namespace Hobom.Slices.Storage;

/// <summary>Where the databases differ. The statements are the same.</summary>
/// <param name="Open">A connection of the pool, ready.</param>
/// <param name="Begin">A transaction that may write at once.</param>
/// <param name="SkipLocked">After a select: lock the rows, and pass over those that somebody else has locked.</param>
/// <param name="LockRows">After a select: lock the rows, and wait for who has them; references to them may still be made.</param>
/// <param name="KeepRows">After a select: till the commit nobody removes the rows, or changes what is referred to.</param>
/// <param name="TimeParameter">As <see cref="SqlTimes"/> writes it, or the time itself.</param>
/// <param name="Bind">Rows in the form that this database takes them.</param>
/// <param name="WakeOthers">Tells other processes at commit; empty where there is no way to.</param>
/// <param name="HandlerStart">
/// At the start of a handler's transaction: it may stand still as long as the handler's time limit lets it.
/// </param>
/// <param name="IdText">A row's id as text.</param>
public sealed record SqlDialect(
    Func<CancellationToken, Task<DbConnection>> Open,
    Func<DbConnection, CancellationToken, Task<DbTransaction>> Begin,
    string SkipLocked,
    string LockRows,
    string KeepRows,
    Func<DateTimeOffset, object> TimeParameter,
    Func<SqlRows, BoundRows> Bind,
    string WakeOthers,
    string HandlerStart,
    string IdText)
{
    /// <summary>A subquery in FROM may read the rows before it.</summary>
    public bool HasLateral { get; init; }

    /// <summary>A transaction that only reads, where it is begun in another way than <see cref="Begin"/> does.</summary>
    public Func<DbConnection, CancellationToken, Task<DbTransaction>>? BeginRead { get; init; }

    /// <summary>Set where the database lets one write at a time.</summary>
    public WriteTurns? Turns { get; init; }
}
