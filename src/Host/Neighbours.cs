using Hobom.Slices.DeadLetters;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Host;

/// <summary>The connections, made once and closed in order: what publishes first, what remembers last.</summary>
sealed class Neighbours(Settings settings, ILoggerFactory logs) : IAsyncDisposable
{
    static readonly TimeProvider Clock = TimeProvider.System;

    readonly KafkaPublisher publisher = new(settings.Kafka, logs.CreateLogger<KafkaPublisher>(), Clock);
    readonly KafkaReadBack readBack = new(settings.Kafka, logs.CreateLogger<KafkaReadBack>(), KafkaReadBack.DefaultTimeLimit);
    readonly RedisConnection redis = new(settings.Redis, Clock, logs.CreateLogger<RedisConnection>());

    public GrpcBackend Main { get; } = new(settings.MainAddress, settings.MainApiKey, settings.Trust, Clock);

    public RedisDeadLetterStore Letters => field ??= new RedisDeadLetterStore(redis, Clock);

    public PausePort Pauses => new RedisPauses(redis).Port;

    public SliceTools ToolsFor(Settings settings) => new(
        Clock,
        Random.Shared.NextDouble,
        logs,
        publisher.PublishAsync,
        readBack.FindWrittenAsync,
        new RedisLedgerStore(redis, Clock, logs.CreateLogger<RedisLedgerStore>()).Of,
        Letters.Port,
        settings.PollInterval);

    public async ValueTask DisposeAsync()
    {
        await publisher.DisposeAsync();
        Main.Dispose();
        await redis.DisposeAsync();
        logs.Dispose();
    }
}
