using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemorySchemas(MemoryTables tables, Lock gate)
{
    public SchemaRegister AsRegister() => new(
        _ =>
        {
            lock (gate) return Task.FromResult(Either<StoreFailure, IReadOnlyList<EventSchema>>.Right([.. tables.Schemas.Values]));
        },
        (schema, _) =>
        {
            lock (gate)
                return Task.FromResult(Either<StoreFailure, bool>.Right(tables.Schemas.TryAdd((schema.Type, schema.Version), schema)));
        });
}
