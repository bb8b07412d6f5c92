using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemoryAudit(Lock gate)
{
    readonly List<AuditLine> lines = [];

    public AuditRegister AsRegister() => new(
        (entry, hashOf, _) =>
        {
            lock (gate)
            {
                var previous = lines.Count == 0 ? "" : lines[^1].Hash;
                lines.Add(new AuditLine(lines.Count + 1, entry, previous, hashOf(previous)));
                return Task.FromResult(Either<StoreFailure, string>.Right(lines[^1].Hash));
            }
        },
        (before, limit, _) =>
        {
            lock (gate)
            {
                IReadOnlyList<AuditLine> page = [.. lines.Where(l => !(l.Position >= before)).Reverse().Take(limit)];
                return Task.FromResult(Either<StoreFailure, IReadOnlyList<AuditLine>>.Right(page));
            }
        });
}
