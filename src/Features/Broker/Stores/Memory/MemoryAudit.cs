using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemoryAudit(MemoryTables tables, Lock gate)
{
    public AuditRegister AsRegister() => new(
        (entry, hashOf, _) =>
        {
            lock (gate)
            {
                var previous = tables.Audit.Count == 0 ? "" : tables.Audit[^1].Hash;
                tables.Audit.Add(new AuditLine(tables.Audit.Count + 1, entry, previous, hashOf(previous)));
                return Task.FromResult(Either<StoreFailure, string>.Right(tables.Audit[^1].Hash));
            }
        },
        (before, limit, _) =>
        {
            lock (gate)
            {
                IReadOnlyList<AuditLine> page = [.. tables.Audit.Where(l => !(l.Position >= before)).Reverse().Take(limit)];
                return Task.FromResult(Either<StoreFailure, IReadOnlyList<AuditLine>>.Right(page));
            }
        });
}
