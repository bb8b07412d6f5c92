using System.Data.Common;

namespace Hobom.Slices.Storage;

/// <summary>What a handler writes through, so that its effect and the end of its handling commit together.</summary>
/// <param name="memoryWrites">Done with the commit, by the memory store alone.</param>
public sealed class HandlerTransaction(DbConnection? connection, DbTransaction? sql, ICollection<Action> memoryWrites)
{
    /// <summary>Null where the store is no database.</summary>
    public DbConnection? Connection => Used(connection);

    /// <summary>Null where the store is no database.</summary>
    public DbTransaction? Sql => Used(sql);

    public ICollection<Action> MemoryWrites => memoryWrites;

    /// <summary>Whether anybody has asked for the connection, and may have changed what lies in the transaction.</summary>
    public bool IsUsed { get; private set; }

    T Used<T>(T value)
    {
        IsUsed = true;
        return value;
    }
}
