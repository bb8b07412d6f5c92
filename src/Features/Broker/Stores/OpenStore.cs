using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Broker.Stores.Nats;
using Hobom.Slices.Broker.Stores.Postgres;
using Hobom.Slices.Broker.Stores.Redis;
using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Broker.Stores.Sqlite;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Stores;

/// <summary>The store that the settings name, and how it is closed.</summary>
sealed class OpenStore(BrokerStore store, IAsyncDisposable? owner) : IAsyncDisposable
{
    public BrokerStore Store => store;

    public static async Task<Either<StoreFailure, OpenStore>> OpenAsync(
        BrokerSettings settings, Func<BrokerTuning> tuning, TimeProvider clock, ILogger log, CancellationToken stopping)
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
            BrokerProvider.Redis => await OpenRedisAsync(settings, clock, log),
            BrokerProvider.Nats => await OpenNatsAsync(settings, clock, log, stopping),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    static async Task<Either<StoreFailure, OpenStore>> OpenRedisAsync(BrokerSettings settings, TimeProvider clock, ILogger log)
    {
        if (!RedisAddress.Parse(settings.RedisAddress).TryGetRight(out var address, out var fault)) return new StoreFailure(fault.Message);
        var journal = new RedisJournal(address, settings.RedisStream, clock);
        return await OpenAsync(journal.Port, journal, settings, clock, log);
    }

    static async Task<Either<StoreFailure, OpenStore>> OpenNatsAsync(
        BrokerSettings settings, TimeProvider clock, ILogger log, CancellationToken stopping)
    {
        var wanted = new NatsSettings(settings.NatsUrl, settings.NatsStream, settings.NatsInMemory, settings.InstanceId)
        {
            KeepsSecrets = settings.KeepSecrets,
        };
        return (await NatsJournal.OpenAsync(wanted, clock, stopping)).TryGetRight(out var journal, out var failure)
            ? await OpenAsync(journal.Port, journal, settings, clock, log)
            : failure;
    }

    static async Task<Either<StoreFailure, OpenStore>> OpenAsync(
        JournalPort journal, IAsyncDisposable connection, BrokerSettings settings, TimeProvider clock, ILogger log)
    {
        var opened = await JournalStore.OpenAsync(journal, clock, admit: given => Admit(given, settings), log: log);
        if (opened.TryGetRight(out var store, out var failure))
            return new OpenStore(store.Port, new Closed(store, connection));
        await connection.DisposeAsync();
        return failure;
    }

    /// <summary>An event of another program as a publish of it would be stored, or why it would be refused.</summary>
    static Either<string, BrokerEvent> Admit(BrokerEvent given, BrokerSettings settings)
    {
        var safe = settings.KeepSecrets ? given : SecretFields.Hash(given);
        var named = safe.InstanceId.Length == 0 ? safe with { InstanceId = settings.InstanceId } : safe;
        return EventValidation.Check(named, EventLimits.Default with { PayloadBytes = settings.PayloadBytes }).MapLeft(fault => fault.Text);
    }

    /// <summary>The store before its connection.</summary>
    sealed class Closed(IAsyncDisposable store, IAsyncDisposable connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await store.DisposeAsync();
            await connection.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => owner?.DisposeAsync() ?? ValueTask.CompletedTask;
}
