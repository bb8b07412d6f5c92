using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Sources;

namespace Hobom.Slices.Broker.Settings;

public enum BrokerProvider
{
    Memory,
    Sqlite,
    Postgres,
    Redis,
    Nats,
}

/// <summary>Where NATS keeps the stream. The words, in lower case, are the setting's.</summary>
enum NatsStorage
{
    File,
    Memory,
}

/// <summary>What the broker is told by its file and its environment; docs/BROKER.md has each with unit, default and limit.</summary>
/// <param name="Sync">A publish waits for the handlers, where it does not say otherwise.</param>
/// <param name="Database">A connection string of PostgreSQL; a secret.</param>
/// <param name="Channel">Of LISTEN and NOTIFY.</param>
public sealed record BrokerSettings(
    BrokerProvider Provider, bool Sync, string InstanceId, int WorkerCount, string SqliteFile, string Database, string Channel,
    bool AllowManySegments, bool AllowPrivateReceivers, bool KeepSecrets, int PayloadBytes, int CompressAboveBytes, TimeSpan Retention,
    BrokerTuning Tuning)
{
    public SchemaPromise SchemaPromise { get; init; }

    public SchemaMismatch OnMisfit { get; init; }

    /// <summary>Other systems that may bring their events, with their secrets.</summary>
    public IReadOnlyList<EventSource> Sources { get; init; } = [];

    /// <summary>So long an event waits for a consumer that wants it; then it expires.</summary>
    public TimeSpan NoConsumerLimit { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Of the broker's Redis store: <c>host:port</c> and the client's options; a secret.</summary>
    public string RedisAddress { get; init; } = "localhost:6379";

    /// <summary>The contract's name of the stream; the store's other keys begin with it.</summary>
    public string RedisStream { get; init; } = "resolvespec:events";

    public string NatsUrl { get; init; } = "nats://localhost:4222";

    public string NatsStream { get; init; } = "RESOLVESPEC_EVENTS";

    /// <summary>Gone with the server, instead of in its files.</summary>
    public bool NatsInMemory { get; init; }

    /// <summary>Settings hold secrets: nothing of them is printed by accident.</summary>
    public override string ToString() => nameof(BrokerSettings);
}
