using Confluent.Kafka;
using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Support;
using Hobom.Slices.Tests.Support.Brokers;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>The real neighbours of the processor: a Kafka broker, a Redis and the backends on grpc-js.</summary>
public class ProcessorNeighbours : IAsyncLifetime
{
    public ProcessorNeighbours()
        : this(TestBroker.Create(), RedisServer.NotStarted())
    {
    }

    protected internal ProcessorNeighbours(TestBroker broker, RedisServer redis) => (Broker, Redis) = (broker, redis);

    public TestBroker Broker { get; }

    public RedisServer Redis { get; }

    public GrpcJsBackends Backends { get; private set; } = null!;

    public TopicRecords Messages { get; private set; } = null!;

    /// <summary>Another program's view of Redis.</summary>
    public IDatabase Plain { get; private set; } = null!;

    public GrpcJsControl Control => Backends.Control;

    public virtual async Task InitializeAsync()
    {
        var starting = Broker.StartAsync();
        await Redis.StartAsync();
        Backends = await GrpcJsBackends.StartAsync();
        var options = ConfigurationOptions.Parse($"{Redis.Address},allowAdmin=true,abortConnect=false");
        options.ReconnectRetryPolicy = new LinearRetry(200);
        Plain = (await ConnectionMultiplexer.ConnectAsync(options)).GetDatabase();
        await starting;
        MakeTopics("hobom.messages", "hobom.logs", "hobom.space-events");
        Messages = new TopicRecords(() => Broker.Address, "hobom.messages");
    }

    public async Task DisposeAsync()
    {
        await Plain.Multiplexer.CloseAsync();
        await Backends.DisposeAsync();
        await Redis.DisposeAsync();
        await Broker.DisposeAsync();
    }

    /// <summary>The broker makes a topic that is asked for by its name; without them no processor would be ready.</summary>
    void MakeTopics(params IEnumerable<string> topics)
    {
        using var admin = new AdminClientBuilder([new("bootstrap.servers", Broker.Address)]).SetLogHandler((_, _) => { }).Build();
        foreach (var topic in topics) admin.GetMetadata(topic, TimeSpan.FromSeconds(20));
    }

    /// <summary>No rows, no orders, no letters; the topics keep their records, so event ids must be new.</summary>
    public async Task ResetAsync()
    {
        await Control.ResetAsync();
        await Plain.ExecuteAsync("FLUSHALL", "ASYNC");
    }

    /// <summary>Brings a killed Redis back; the tests' own connection is there again too.</summary>
    public async Task RestartRedisAsync()
    {
        await Redis.StartAsync();
        await Eventually.TrueAsync(
            () => Task.FromResult(Plain.Multiplexer.IsConnected), null, () => "the tests' connection to Redis does not come back");
    }

    /// <summary>Settings for a processor among these neighbours, with a quick poll; the changes come last and win.</summary>
    public Dictionary<string, string> Settings(params (string Name, string Value)[] changes)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOBOM_GRPC_ADDR"] = Backends.MainAddress,
            ["HOBOM_GRPC_API_KEY"] = "test-key",
            ["HOBOM_KAFKA_BROKER"] = Broker.Address,
            ["HOBOM_REDIS_ADDR"] = Redis.Address,
            ["HOBOM_HTTP_ADDR"] = $"127.0.0.1:{LoopbackPort.Free()}",
            ["HOBOM_INTERNAL_API_KEY"] = RunningProcessor.InternalKey,
            ["HOBOM_POLL_INTERVAL"] = "200ms",
        };
        foreach (var (name, value) in changes) settings[name] = value;
        return settings;
    }

    /// <summary>An event id prefix that no other test uses.</summary>
    public static string NewPrefix() => $"e-{Guid.NewGuid():N}-";
}
