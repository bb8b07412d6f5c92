using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Telemetry;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Outbox.Batch;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Streams;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>Everything that is wrong with the settings, a line each, naming its variable. No line repeats a secret.</summary>
public sealed record SettingProblems(IReadOnlyList<string> Lines);

/// <param name="Address">host:port.</param>
public sealed record BackendSettings(string Address, string ApiKey)
{
    /// <summary>Of the main backend. Set, the relay runs.</summary>
    public const string MainVariable = "HOBOM_GRPC_ADDR";

    /// <summary>Without the key.</summary>
    public override string ToString() => Address;
}

/// <summary>What the processor is told by its environment; docs/OPERATING.md has each with unit, default and limit.</summary>
/// <param name="Space">Null leaves the Space pollers off.</param>
/// <param name="Llm">Null leaves the Law poller off.</param>
/// <param name="LlmTimeout">For one generation.</param>
/// <param name="Trust">Null for plain text.</param>
public sealed record Settings(
    BackendSettings Main,
    BackendSettings? Space,
    BackendSettings? Llm,
    TimeSpan LlmTimeout,
    KafkaSettings Kafka,
    RedisAddress Redis,
    TrustedCertificates? Trust,
    ListenAddress Http,
    AccessSettings Access,
    TimeSpan PollInterval)
{
    /// <summary>A flow that has rows to publish and moves none for longer makes the process unready.</summary>
    public TimeSpan ProgressLimit { get; init; } = DefaultProgressLimit;

    /// <summary>Whether the backends' batch contract is used.</summary>
    public OutboxBatchMode OutboxBatch { get; init; }

    /// <summary>Into how many shards the events of a type are divided, for several processes to share.</summary>
    public ShardCount Shards { get; init; } = ShardCount.One;

    /// <summary>So long it is kept where events were published; zero: not at all.</summary>
    public TimeSpan PositionRetention { get; init; } = KeptPositions.DefaultRetention;

    /// <summary>Where people look at traces.</summary>
    public TraceLink Traces { get; init; } = TraceLink.None;

    public static readonly TimeSpan DefaultProgressLimit = TimeSpan.FromMinutes(2);

    /// <summary>Null leaves the event router over Redis Streams off.</summary>
    public RouterSettings? Streams { get; init; }

    /// <summary>What it tells of itself, where, and in which form.</summary>
    public TelemetrySettings Telemetry { get; init; } = TelemetrySettings.Quiet;

    /// <summary>None leaves the broker off.</summary>
    public Option<BrokerSettings> Broker { get; init; }

    /// <summary>Left has every problem, a line each, naming its variable.</summary>
    public static Either<SettingProblems, Settings> Read(IReadOnlyDictionary<string, string> environment)
    {
        var read = new SettingsReader(environment);
        var main = new BackendSettings(
            read.Address(BackendSettings.MainVariable, required: true) ?? "", read.RequiredKey("HOBOM_GRPC_API_KEY"));
        var space = ReadOptional(read, "HOBOM_SPACE_GRPC", main);
        var llm = ReadOptional(read, "HOBOM_LLM_GRPC", main);
        var llmTimeout = read.Duration(
            "HOBOM_LLM_TIMEOUT", TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        var redis = ReadRedis(read);
        var trust = ReadTrust(read);
        var http = read.Listen(ListenAddress.Variable, ListenAddress.Default);
        var interval = read.Duration(
            "HOBOM_POLL_INTERVAL", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        var progress = read.Duration(
            "HOBOM_READY_PROGRESS_LIMIT", DefaultProgressLimit, TimeSpan.FromSeconds(5), TimeSpan.FromHours(24));
        var positions = read.Duration(
            "HOBOM_POSITIONS_RETENTION", KeptPositions.DefaultRetention, TimeSpan.Zero, KeptPositions.LongestRetention);
        var traces = ReadTraces(read);
        var batch = ReadBatch(read);
        var shards = ReadShards(read, batch);
        var access = AccessSettings.Read(read);
        var telemetry = TelemetrySettings.Read(read, environment, http);
        var kafka = ReadKafka(read, environment);
        var broker = ReadBroker(read, environment);

        var streams = RouterVariables.Read(HandlerRegistry.Default, read.Optional, read.Add);
        if (read.Problems.Count > 0) return new SettingProblems(read.Problems);
        return new Settings(
            main, space, llm, llmTimeout, kafka!, redis!, trust, http, access, interval)
        {
            Streams = streams, Broker = broker, Telemetry = telemetry, ProgressLimit = progress, PositionRetention = positions,
            Traces = traces, OutboxBatch = batch, Shards = shards,
        };
    }

    /// <summary>None where it is off, or where it has a problem, which the reader has then.</summary>
    internal static Option<BrokerSettings> ReadBroker(SettingsReader read, IReadOnlyDictionary<string, string> environment)
    {
        if (BrokerSettingsReader.Read(environment).TryGetRight(out var broker, out var problems)) return broker;
        foreach (var problem in problems) read.Add(problem);
        return default;
    }

    /// <summary>Settings hold secrets: nothing of them is printed by accident.</summary>
    public override string ToString() => nameof(Settings);

    static BackendSettings? ReadOptional(SettingsReader read, string prefix, BackendSettings main) =>
        read.Address($"{prefix}_ADDR", required: false) is { } address
            ? new BackendSettings(address, read.Key($"{prefix}_API_KEY") ?? main.ApiKey)
            : null;

    static OutboxBatchMode ReadBatch(SettingsReader read)
    {
        const string name = "HOBOM_OUTBOX_BATCH";
        switch (read.Optional(name))
        {
            case null or "off":
                return OutboxBatchMode.Off;
            case "auto":
                return OutboxBatchMode.Auto;
            case "on":
                return OutboxBatchMode.On;
            case var other:
                read.Add($"{name} is '{other}': expected off, auto or on");
                return OutboxBatchMode.Off;
        }
    }

    static ShardCount ReadShards(SettingsReader read, OutboxBatchMode batch)
    {
        const string name = "HOBOM_RELAY_SHARDS";
        var shards = new ShardCount(read.Whole(name, 1, 1, ShardCount.Most));
        if (shards != ShardCount.One && batch is not OutboxBatchMode.Off)
            read.Add($"{name} is {shards.Value} and HOBOM_OUTBOX_BATCH is not off: a page of rows is one process's, whatever their shards");
        return shards;
    }

    static KafkaSettings? ReadKafka(SettingsReader read, IReadOnlyDictionary<string, string> environment)
    {
        var parsed = KafkaSettings.Parse(environment);
        var problems = parsed.TryGetRight(out var kafka, out var faults) ? KafkaSettingsCheck.Problems(kafka) : faults;
        foreach (var problem in problems) read.Add(problem.ToString());
        return kafka;
    }

    static RedisAddress? ReadRedis(SettingsReader read)
    {
        var text = read.Required(RedisAddress.Variable);
        if (text.Length == 0) return null;
        if (RedisAddress.Parse(text).TryGetRight(out var address, out var fault)) return address;
        read.Add(fault.Message);
        return null;
    }

    static TraceLink ReadTraces(SettingsReader read)
    {
        if (read.Optional(TraceLink.Variable) is not { } text) return TraceLink.None;
        if (TraceLink.Parse(text) is { } link) return link;
        read.Add($"{TraceLink.Variable}: expected an address with http:// or https:// and {TraceLink.Mark} in its path or query");
        return TraceLink.None;
    }

    static TrustedCertificates? ReadTrust(SettingsReader read)
    {
        if (read.Optional("HOBOM_GRPC_TLS_CERT") is not { } path) return null;
        if (TrustedCertificates.Load(path, TimeProvider.System).TryGetRight(out var trust, out var fault)) return trust;
        read.Add($"HOBOM_GRPC_TLS_CERT: {fault}");
        return null;
    }
}
