using System.Data.Common;

namespace Hobom.Slices.Storage;

/// <summary>What a handler writes through, so that its effect and the end of its handling commit together.</summary>
/// <param name="Sql">Null in the memory store.</param>
/// <param name="MemoryWrites">Done with the commit, by the memory store alone.</param>
public sealed record HandlerTransaction(DbConnection? Connection, DbTransaction? Sql, ICollection<Action> MemoryWrites);
