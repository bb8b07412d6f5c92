using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemorySchemas(Lock gate)
{
    readonly SortedDictionary<(string Type, int Version), EventSchema> schemas = new(
        Comparer<(string Type, int Version)>.Create((a, b) =>
            string.CompareOrdinal(a.Type, b.Type) is var byType and not 0 ? byType : a.Version.CompareTo(b.Version)));

    public SchemaRegister AsRegister() => new(
        _ =>
        {
            lock (gate) return Task.FromResult(Either<StoreFailure, IReadOnlyList<EventSchema>>.Right([.. schemas.Values]));
        },
        (schema, _) =>
        {
            lock (gate) return Task.FromResult(Either<StoreFailure, bool>.Right(schemas.TryAdd((schema.Type, schema.Version), schema)));
        });
}
