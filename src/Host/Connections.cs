using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hobom.Slices.Broker;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using static LanguageExt.Prelude;

namespace Hobom.Slices.Host;

/// <summary>The connections, made once and closed in order: what publishes first, what remembers last.</summary>
sealed class Connections(Settings settings, ILoggerFactory logs, IMeterFactory meters) : IAsyncDisposable
{
    static readonly TimeProvider Clock = TimeProvider.System;
    static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    readonly PublishedLookup readBack = new(
        settings.Kafka, logs.CreateLogger<PublishedLookup>(), PublishedLookup.DefaultSilence, Clock);
    readonly KafkaAdmin kafka = new(settings.Kafka);
    readonly ConcurrentDictionary<Category, FlowLeases> leases = new();
    readonly ProcessIdentity process = ProcessIdentity.OfThisProcess();
    readonly RedisConnection redis = new(settings.Redis, Clock, logs.CreateLogger<RedisConnection>(), meter: new RedisMeter(meters));
    readonly RelayMeter relay = new(meters, Clock);

    public TopicCircuits Circuits => field ??= new TopicCircuits(Clock, logs.CreateLogger<TopicCircuit>());

    public GrpcBackend Main { get; } = Connect(settings.Main, settings);

    public Option<GrpcBackend> Space { get; } = Optional(settings.Space).Map(s => Connect(s!, settings));

    public Option<GrpcBackend> Llm { get; } = Optional(settings.Llm).Map(s => Connect(s!, settings));

    public RedisConnection Redis => redis;

    KafkaPublisher Publisher =>
        field ??= new KafkaPublisher(settings.Kafka, logs.CreateLogger<KafkaPublisher>(), Clock, new KafkaMeter(meters), kafka);

    KafkaProbe Probe => field ??= new KafkaProbe(kafka);

    public KeptPositions Positions => field ??= new KeptPositions(redis, settings.PositionRetention, Clock);

    public RedisLedgerStore Ledgers => field ??= new RedisLedgerStore(redis, Positions, Clock, logs.CreateLogger<RedisLedgerStore>());

    public RedisAuditLog AuditLog => field ??= new RedisAuditLog(redis);

    public Task<KafkaProbeResult> AskKafkaAsync(IReadOnlyCollection<string> topics) => Probe.AskAsync(topics, ProbeLimit);

    /// <summary>Whether Kafka makes topics on first use; null where it does not tell.</summary>
    public Task<bool?> CreatesTopicsAsync() => Probe.CreatesTopicsAsync(ProbeLimit);

    /// <summary>What a slice keeps for a while, in a space of its own, written under its flow's lease.</summary>
    public KeptValuePort Kept(string space, FlowLease lease) => new RedisKeptValues(redis).Of(space, lease);

    /// <summary>For what waits for its answers; the caller closes it.</summary>
    public RedisConnection NewRedisConnection() => new(settings.Redis, Clock, logs.CreateLogger<RedisConnection>());

    public BrokerTools BrokerTools => new(
        Clock, Random.Shared.NextDouble, logs, $"{Environment.MachineName}-{Guid.NewGuid():N}", Publisher.PublishAsync,
        readBack.FindWrittenAsync);

    public PausePort Pauses => new RedisPauses(redis).Port;

    public FlowDependencies NewTools() => new(
        Clock,
        Random.Shared.NextDouble,
        logs,
        Publisher.PublishAsync,
        readBack.FindWrittenAsync,
        LeasesOf,
        Ledgers.Of,
        DeadLettersSlice.Letters(redis, Clock),
        settings.PollInterval,
        settings.Kafka.MessageMaxBytes)
    {
        TopicByteLimit = Publisher.TopicByteLimitAsync,
        Circuits = Circuits,
        Meters = relay.Of,
        OutboxBatch = settings.OutboxBatch,
        Owner = $"{process.Host}/{process.Pid}/{process.Id}",
    };

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        kafka.Dispose();
        foreach (var backend in (GrpcBackend[])[Main, .. Space.AsEnumerable(), .. Llm.AsEnumerable()]) backend.Dispose();
        await redis.DisposeAsync();
        relay.Dispose();
        logs.Dispose();
    }

    /// <summary>What ends in Kafka is divided as the settings say; the others never are.</summary>
    FlowLeases LeasesOf(RelayRoute route) => leases.GetOrAdd(route.Category, flow =>
        route.Topic.Length == 0 || settings.Shards == ShardCount.One
            ? FlowLeases.Whole(LeaseOf(FlowShard.Whole(flow)))
            : FlowLeases.Divided(
                [.. Enumerable.Range(0, settings.Shards.Value).Select(number => LeaseOf(new FlowShard(flow, number, settings.Shards)))],
                new RedisShards(redis).Of(flow, settings.Shards), process, Clock, Random.Shared.NextDouble,
                logs.CreateLogger<FlowLease>()));

    FlowLease LeaseOf(FlowShard flow)
    {
        var times = LeaseTimes.For(settings.Kafka.DeliveryTimeout);
        return new FlowLease(
            flow, new RedisLeases(redis, times.Life).Of(flow), times, process, Clock, logs.CreateLogger<FlowLease>());
    }

    static GrpcBackend Connect(BackendSettings to, Settings settings) => new(to.Address, to.ApiKey, settings.Trust, Clock);
}
