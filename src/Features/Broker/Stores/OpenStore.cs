using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Broker.Stores.Postgres;
using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Broker.Stores.Sqlite;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores;

/// <summary>The store that the settings name, and how it is closed.</summary>
sealed class OpenStore(BrokerStore store, IAsyncDisposable? owner) : IAsyncDisposable
{
    public BrokerStore Store => store;

    public static async Task<Either<StoreFailure, OpenStore>> OpenAsync(
        BrokerSettings settings, Func<BrokerTuning> tuning, TimeProvider clock, CancellationToken stopping)
    {
        var sql = new SqlStoreSettings(settings.CompressAboveBytes, () => tuning().DeadLetterEnabled ? "dead_letter" : "failed");
        return settings.Provider switch
        {
            BrokerProvider.Memory => new OpenStore(MemoryStore.Open(MemoryStore.DefaultEventLimit, clock), null),
            BrokerProvider.Sqlite =>
                (await SqliteStore.OpenAsync(settings.SqliteFile, sql, clock, stopping)).Map(s => new OpenStore(s.Port, s)),
            BrokerProvider.Postgres =>
                (await PostgresStore.OpenAsync(settings.Database, settings.Channel, sql, clock, stopping))
                    .Map(s => new OpenStore(s.Port, s)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    public ValueTask DisposeAsync() => owner?.DisposeAsync() ?? ValueTask.CompletedTask;
}
