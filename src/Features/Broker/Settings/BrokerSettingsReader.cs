using LanguageExt;

namespace Hobom.Slices.Broker.Settings;

/// <summary>Reads the settings: the file's section, and over it the environment.</summary>
public static class BrokerSettingsReader
{
    /// <summary>Set, it switches the broker on; and it names the store.</summary>
    public const string ProviderVariable = "HOBOM_BROKER_PROVIDER";

    /// <summary>The YAML file; unset: <c>config.yaml</c> where the predecessor looked for it.</summary>
    public const string FileVariable = "HOBOM_BROKER_CONFIG";

    const string Prefix = "HOBOM_BROKER_";

    const string OldPrefix = "RESOLVESPEC_EVENT_BROKER_";

    /// <summary>Every name there is. Those that only the predecessor's other stores knew are read and have no effect.</summary>
    static readonly string[] Names =
    [
        "enabled", "provider", "mode", "worker_count", "buffer_size", "instance_id",
        "redis.stream_name", "redis.consumer_group", "redis.max_len", "redis.host", "redis.port", "redis.password", "redis.db",
        "nats.url", "nats.stream_name", "nats.subjects", "nats.storage", "nats.max_age",
        "database.table_name", "database.channel", "database.poll_interval", "database.url",
        "retry_policy.max_retries", "retry_policy.initial_delay", "retry_policy.max_delay", "retry_policy.backoff_factor",
        "retry_policy.jitter",
        "sqlite.file", "patterns.many_segments", "webhooks.allow_private", "keep_secrets", "payload_max_bytes", "compress_above_bytes",
        "retention", "no_consumer_limit", "schemas.compatibility", "schemas.mismatch",
        .. OutboxSettings.Slugs,
    ];

    /// <summary>Those that decide whether the broker is on.</summary>
    public static IReadOnlyList<string> SwitchVariables { get; } = [ProviderVariable, FileVariable, .. VariablesOf("enabled")];

    /// <summary>The variable of a setting that a problem names by its place in the file; null where it is no such name.</summary>
    public static string? VariableOf(string named) => named.StartsWith(SettingValues.Section, StringComparison.Ordinal)
        ? VariablesOf(named[SettingValues.Section.Length..]).Last()
        : null;

    /// <summary>None: the broker is off. Left: every problem, a line each.</summary>
    public static Either<IReadOnlyList<string>, Option<BrokerSettings>> Read(IReadOnlyDictionary<string, string> environment)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var origins = new Dictionary<string, string>(StringComparer.Ordinal);
        if (FileOf(environment) is { } path)
        {
            var file = SettingsFile.Read(path, environment);
            if (file.Case is string problem) return new[] { problem };
            foreach (var (name, value) in file.IfLeft(new Dictionary<string, string>())) values[name] = value;
        }

        foreach (var name in Names)
        {
            foreach (var variable in VariablesOf(name).Where(v => environment.GetValueOrDefault(v, "").Trim().Length > 0))
                (values[name], origins[name]) = (environment[variable].Trim(), variable);
        }

        foreach (var (name, variable, value) in SourceSettings.In(environment)) (values[name], origins[name]) = (value, variable);
        var unknown = values.Keys.Except(Names, StringComparer.Ordinal).Where(n => !SourceSettings.IsOne(n))
            .Select(n => $"event_broker.{n} is no setting").Concat(UnknownVariables(environment)).ToArray();
        if (unknown.Length > 0) return unknown;
        var read = new SettingValues(values, origins);
        var isOn = read.Flag("enabled", otherwise: environment.GetValueOrDefault(ProviderVariable, "").Trim().Length > 0);
        if (!isOn && read.Problems.Count == 0) return Option<BrokerSettings>.None;
        var settings = Compose(read, environment) with { Sources = SourceSettings.Read(read, values.Keys) };
        return read.Problems.Count > 0 ? read.Problems.ToArray() : Option<BrokerSettings>.Some(settings);
    }

    static BrokerSettings Compose(SettingValues read, IReadOnlyDictionary<string, string> environment)
    {
        var provider = ProviderOf(read);
        var database = read.Text("database.url", "");
        if (provider is BrokerProvider.Postgres && database.Length == 0)
            read.Refuse("database.url", "the connection string of a PostgreSQL");
        var mode = read.Text("mode", "async");
        if (mode is not ("sync" or "async")) read.Refuse("mode", "sync or async");
        var instance = read.Text("instance_id", environment.GetValueOrDefault("HOSTNAME", Environment.MachineName));
        return new BrokerSettings(
            provider, mode is "sync", instance, read.Whole("worker_count", 10, 1, 1000), read.Text("sqlite.file", "hobom-events.db"),
            database,
            read.Text("database.channel", "resolvespec_events"), read.Flag("patterns.many_segments", true),
            read.Flag("webhooks.allow_private", false),
            read.Flag("keep_secrets", false), read.Whole("payload_max_bytes", 1_000_000, 1, 100_000_000),
            read.Whole("compress_above_bytes", 64 * 1024, 0, int.MaxValue),
            read.Duration("retention", TimeSpan.FromDays(7), TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)), OutboxSettings.Read(read))
        {
            SchemaPromise = read.OneOf<SchemaPromise>("schemas.compatibility"), OnMisfit = read.OneOf<SchemaMismatch>("schemas.mismatch"),
            NoConsumerLimit = read.Duration("no_consumer_limit", TimeSpan.FromDays(30), TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)),
            RedisAddress = RedisAddressOf(read), RedisStream = read.Text("redis.stream_name", "resolvespec:events"),
            NatsUrl = NatsUrlOf(read), NatsStream = NatsStreamOf(read),
            NatsInMemory = read.OneOf<NatsStorage>("nats.storage") is NatsStorage.Memory,
        };
    }

    /// <summary>The contract's four settings as the client's one text.</summary>
    static string RedisAddressOf(SettingValues read)
    {
        var server = $"{read.Text("redis.host", "localhost")}:{read.Whole("redis.port", 6379, 1, 65535)}";
        var address = $"{server},defaultDatabase={read.Whole("redis.db", 0, 0, 15)}";
        var password = read.Text("redis.password", "");
        if (password.Contains(',', StringComparison.Ordinal)) read.Refuse("redis.password", "a password without a comma");
        return password.Length == 0 ? address : $"{address},password={password}";
    }

    /// <summary>One server, or several with commas between.</summary>
    static string NatsUrlOf(SettingValues read)
    {
        var url = read.Text("nats.url", "nats://localhost:4222");
        if (!url.Split(',', StringSplitOptions.TrimEntries).All(IsServer))
            read.Refuse("nats.url", "nats://host:port, or several with commas between");
        return url;

        static bool IsServer(string text) =>
            Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"nats://{text}", UriKind.Absolute, out var server)
            && server.Host.Length > 0;
    }

    static string NatsStreamOf(SettingValues read)
    {
        var name = read.Text("nats.stream_name", "RESOLVESPEC_EVENTS");
        if (name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))) read.Refuse("nats.stream_name", "letters, digits, - and _");
        return name;
    }

    static BrokerProvider ProviderOf(SettingValues read)
    {
        switch (read.Text("provider", "memory"))
        {
            case "memory": return BrokerProvider.Memory;
            case "sqlite": return BrokerProvider.Sqlite;
            case "postgres" or "database": return BrokerProvider.Postgres;
            case "redis": return BrokerProvider.Redis;
            case "nats": return BrokerProvider.Nats;
            default:
                read.Refuse("provider", "memory, sqlite, postgres, database, redis or nats");
                return BrokerProvider.Memory;
        }
    }

    static string? FileOf(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault(FileVariable, "").Trim() is { Length: > 0 } named) return named;
        string[] folders = [".", "./config", "/etc/resolvespec", Path.Combine(environment.GetValueOrDefault("HOME", "/"), ".resolvespec")];
        return folders.Select(f => Path.Combine(f, "config.yaml")).FirstOrDefault(File.Exists);
    }

    /// <summary>
    /// A variable of ours that is none. Not of the old names, whose environment had others; nor what Kubernetes gives every process
    /// beside a service of the name <c>hobom-broker</c>.
    /// </summary>
    static IEnumerable<string> UnknownVariables(IReadOnlyDictionary<string, string> environment)
    {
        var known = Names.SelectMany(VariablesOf).Concat(SourceSettings.In(environment).Select(s => s.Variable))
            .Append(FileVariable).ToHashSet(StringComparer.Ordinal);
        return environment
            .Where(v => v.Key.StartsWith(Prefix, StringComparison.Ordinal) && v.Value.Trim().Length > 0 && !known.Contains(v.Key)
                && !v.Key.StartsWith(Prefix + "SERVICE_", StringComparison.Ordinal) && v.Key != Prefix + "PORT"
                && !v.Key.StartsWith(Prefix + "PORT_", StringComparison.Ordinal))
            .Select(v => $"{v.Key} is no setting").Order(StringComparer.Ordinal);
    }

    /// <summary>The old name first: the new one wins.</summary>
    static string[] VariablesOf(string name)
    {
        var upper = name.Replace('.', '_').Replace('-', '_').ToUpperInvariant();
        return [OldPrefix + upper, Prefix + upper];
    }
}
