using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hobom.Slices.Tests.Support.Brokers;

/// <summary>Kafka's own broker on loopback, broker and controller in one process, run by the scripts of its distribution.</summary>
/// <param name="home">An unpacked Kafka, 3.7 or later.</param>
/// <param name="properties">Of the broker, over those of <see cref="Defaults"/>.</param>
public sealed class KraftBroker(string home, params IReadOnlyList<(string Name, string Value)> properties) : TestBroker
{
    const string ClusterId = "aG9ib20tdGVzdC1icm9rZXI";

    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    /// <summary>A start is seconds of computing: several at once, beside tests that run, are slower than one after the other.</summary>
    static readonly SemaphoreSlim OneStart = new(1, 1);

    readonly string folder = ServerFolder.New("kafka-test-");
    readonly int port = LoopbackPort.Free();
    readonly int accountPort = LoopbackPort.Free();
    GuardedProcess? broker;

    /// <summary>What <c>KAFKA_HOME</c> names; null where there is no such variable.</summary>
    /// <exception cref="InvalidOperationException">It names something that is no Kafka.</exception>
    public static string? Home => System.Environment.GetEnvironmentVariable("KAFKA_HOME") is not { Length: > 0 } home ? null
        : File.Exists(Path.Combine(home, "bin", "kafka-server-start.sh")) ? Path.GetFullPath(home)
        : throw new InvalidOperationException($"KAFKA_HOME does not name an unpacked Kafka: {home}");

    public override string Address => $"127.0.0.1:{port}";

    /// <summary>Accounts that log in at <see cref="AccountAddress"/>, each with its name as password, and may do nothing unless it is granted.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Where accounts log in (SASL_PLAINTEXT, PLAIN); at <see cref="Address"/> everybody may do everything.</summary>
    public string AccountAddress => $"127.0.0.1:{accountPort}";

    /// <summary>Environment variables of its process, beside those it has anyway.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    string SettingsFile => Path.Combine(folder, "server.properties");

    public override async Task StartAsync()
    {
        await OneStart.WaitAsync();
        try
        {
            await StartInTurnAsync();
        }
        finally
        {
            OneStart.Release();
        }
    }

    async Task StartInTurnAsync()
    {
        if (!File.Exists(SettingsFile)) await FormatAsync();
        broker = await GuardedProcess.StartAsync([Script("kafka-server-start.sh"), SettingsFile], VariablesOfProcess(), folder);
        using var admin = Admin();
        var begun = Stopwatch.GetTimestamp();
        while (!Answers(admin))
        {
            if (!broker.HasEnded && Stopwatch.GetElapsedTime(begun) < StartLimit) continue;
            throw new InvalidOperationException($"Kafka did not start: {await broker.ReadLogAsync()}");
        }
    }

    public async Task CreateTopicAsync(string name, int partitions, params IEnumerable<(string Name, string Value)> settings)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = settings.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal),
        }]);
    }

    public async Task DeleteTopicAsync(string name)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync([name]);
    }

    public async Task SetTopicAsync(string name, params IEnumerable<(string Name, string Value)> settings)
    {
        using var admin = Admin();
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = name }] = [.. settings.Select(s => new ConfigEntry
            {
                Name = s.Name, Value = s.Value, IncrementalOperation = AlterConfigOpType.Set,
            })],
        });
    }

    public async Task GrantAsync(string account, string topic, params IEnumerable<AclOperation> operations)
    {
        using var admin = Admin();
        await admin.CreateAclsAsync(operations.Select(operation => new AclBinding
        {
            Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = topic, ResourcePatternType = ResourcePatternType.Literal },
            Entry = new AccessControlEntry
            {
                Principal = $"User:{account}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow,
            },
        }));
    }

    public async Task RevokeAsync(string account, string topic, AclOperation operation)
    {
        using var admin = Admin();
        await admin.DeleteAclsAsync([new AclBindingFilter
        {
            PatternFilter = new ResourcePatternFilter { Type = ResourceType.Topic, Name = topic, ResourcePatternType = ResourcePatternType.Literal },
            EntryFilter = new AccessControlEntryFilter
            {
                Principal = $"User:{account}", Operation = operation, PermissionType = AclPermissionType.Allow,
            },
        }]);
    }

    /// <summary>The broker stops dead, its connections stay open; it goes on where it was when thawed.</summary>
    public void Freeze() => broker!.Send("STOP");

    public void Thaw() => broker!.Send("CONT");

    public override async Task KillAsync()
    {
        if (broker is null) return;
        await broker.KillAsync();
        broker.Dispose();
        broker = null;
    }

    public override async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    async Task FormatAsync()
    {
        var settings = Defaults(LoopbackPort.Free());
        if (Accounts.Count > 0) AddAccounts(settings);
        foreach (var (name, value) in properties) settings[name] = value;
        await File.WriteAllLinesAsync(SettingsFile, settings.Select(s => $"{s.Key}={s.Value}"));
        var start = new ProcessStartInfo(Script("kafka-storage.sh"), ["format", "--cluster-id", ClusterId, "--config", SettingsFile])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables()) start.Environment[name] = value;
        // Formatting is over before the JVM's second compiler pays.
        start.Environment.TryAdd("KAFKA_OPTS", "-XX:TieredStopAtLevel=1");
        using var format = Process.Start(start)!;
        var (output, errors) = (format.StandardOutput.ReadToEndAsync(), format.StandardError.ReadToEndAsync());
        await format.WaitForExitAsync();
        if (format.ExitCode != 0) throw new InvalidOperationException($"kafka-storage.sh failed: {await output}{await errors}");
    }

    string Script(string name) => Path.Combine(home, "bin", name);

    IAdminClient Admin() => new AdminClientBuilder([new("bootstrap.servers", Address)]).SetLogHandler((_, _) => { }).Build();

    static bool Answers(IAdminClient admin)
    {
        try
        {
            return admin.GetMetadata(TimeSpan.FromSeconds(1)).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    // One node cannot replicate, a test does not wait for groups to gather, and small pools start sooner.
    Dictionary<string, string> Defaults(int controllerPort) => new(StringComparer.Ordinal)
    {
        ["process.roles"] = "broker,controller",
        ["node.id"] = "1",
        ["controller.quorum.voters"] = string.Create(CultureInfo.InvariantCulture, $"1@127.0.0.1:{controllerPort}"),
        ["controller.listener.names"] = "CONTROLLER",
        ["listeners"] = string.Create(CultureInfo.InvariantCulture, $"PLAINTEXT://{Address},CONTROLLER://127.0.0.1:{controllerPort}"),
        ["advertised.listeners"] = $"PLAINTEXT://{Address}",
        ["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        ["log.dirs"] = Path.Combine(folder, "data"),
        ["auto.create.topics.enable"] = "true",
        ["num.partitions"] = "4",
        ["default.replication.factor"] = "1",
        ["offsets.topic.replication.factor"] = "1",
        ["offsets.topic.num.partitions"] = "1",
        ["transaction.state.log.replication.factor"] = "1",
        ["transaction.state.log.min.isr"] = "1",
        ["group.initial.rebalance.delay.ms"] = "0",
        ["log.cleaner.dedupe.buffer.size"] = "20971520",
        ["num.network.threads"] = "2",
        ["num.io.threads"] = "4",
    };

    void AddAccounts(Dictionary<string, string> settings)
    {
        settings["listeners"] += $",SASL_PLAINTEXT://{AccountAddress}";
        settings["advertised.listeners"] += $",SASL_PLAINTEXT://{AccountAddress}";
        settings["listener.security.protocol.map"] += ",SASL_PLAINTEXT:SASL_PLAINTEXT";
        settings["sasl.enabled.mechanisms"] = "PLAIN";
        settings["listener.name.sasl_plaintext.plain.sasl.jaas.config"] =
            "org.apache.kafka.common.security.plain.PlainLoginModule required "
            + string.Join(' ', Accounts.Select(a => $"user_{a}=\"{a}\"")) + ";";
        settings["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
        settings["super.users"] = "User:ANONYMOUS";
    }

    Dictionary<string, string> VariablesOfProcess()
    {
        var variables = Variables();
        foreach (var (name, value) in Environment) variables[name] = value;
        return variables;
    }

    Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["KAFKA_HEAP_OPTS"] = "-Xms256m -Xmx512m",
        ["KAFKA_JVM_PERFORMANCE_OPTS"] = "-XX:+UseSerialGC",
        ["LOG_DIR"] = Path.Combine(folder, "logs"),
    };
}
