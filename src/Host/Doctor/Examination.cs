using System.Diagnostics.Metrics;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;

namespace Hobom.Slices.Host.Doctor;

/// <summary>Looks at everything that the processor needs, with its own settings and its own clients. Publishes and marks nothing.</summary>
sealed class Examination(Settings settings, ILoggerFactory logs)
{
    /// <summary>For an outbox's answer.</summary>
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    const int AskRounds = 3;

    static readonly Version OldestRedis = new(6, 2);
    static readonly Version OldestRedisOfStreams = new(7, 0);

    static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>In the order in which a person would look.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync()
    {
        // Nobody reads the metrics of a few questions.
        await using var unread = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var connections = new Connections(settings, logs, unread.GetRequiredService<IMeterFactory>());
        var slices = Flows.Build(connections.NewTools(), connections, settings);
        var parts = await Task.WhenAll(
            BackendsAsync(slices), LlmAsync(), CertificatesAsync(), RedisAsync(connections.Redis), KafkaAsync(slices),
            StoresAsync(), FlowsAsync(connections.Redis, slices));
        return [CheckResult.Well("settings"), .. parts.SelectMany(p => p)];
    }

    static async Task<IReadOnlyList<CheckResult>> BackendsAsync(Slice[] slices) =>
        await Task.WhenAll(slices.Where(s => s.Work.AskPending is not null).Select(BackendAsync));

    static async Task<CheckResult> BackendAsync(Slice slice)
    {
        var check = $"outbox: {slice.Name} at {slice.Backend}";
        using var limit = new CancellationTokenSource(AnswerLimit);
        var answer = await slice.Work.AskPending!(limit.Token);
        if (!answer.TryGetRight(out var pending, out var failure)) return OutboxFault(check, failure);
        var rows = $"{pending.Count} rows PENDING";
        if (await slice.AskBatch(limit.Token) is not { } batch) return CheckResult.Well(check, rows);
        return batch.Match(
            Right: has => CheckResult.Well(check, has ? $"{rows}; by the batch contract" : $"{rows}; it has no batch contract"),
            Left: refused => BatchFault(check, refused));
    }

    static CheckResult BatchFault(string check, CallFailure failure) => failure.Kind is CallFailureKind.Unimplemented
        ? CheckResult.Wrong(
            check, "it has no batch contract, and HOBOM_OUTBOX_BATCH is on", "set it to auto, or run a backend that has protos/outbox/v1")
        : CheckResult.Wrong(check, $"its batch contract answers {failure}", "see the backend's log, or set HOBOM_OUTBOX_BATCH to off");

    /// <summary>Pure.</summary>
    internal static CheckResult OutboxFault(string check, CallFailure failure) => failure.Kind switch
    {
        CallFailureKind.Unauthenticated or CallFailureKind.PermissionDenied => CheckResult.Wrong(
            check, $"it refuses the key: {failure}", "set the backend's own key: HOBOM_GRPC_API_KEY, or HOBOM_SPACE_GRPC_API_KEY"),
        CallFailureKind.Unknown => CheckResult.Wrong(
            check, $"it answers {failure}: the main backend says so of a wrong key, as of all else",
            "check HOBOM_GRPC_API_KEY first, then the backend's log"),
        CallFailureKind.Unimplemented => CheckResult.Wrong(
            check, $"it has no such outbox: {failure}", "check that the address is this backend's and its build is new enough"),
        CallFailureKind.Unavailable or CallFailureKind.DeadlineExceeded or CallFailureKind.Cancelled => CheckResult.Wrong(
            check, $"it does not answer: {failure}",
            "check the address, that it runs, and that both sides speak TLS or both do not (HOBOM_GRPC_TLS_CERT)"),
        CallFailureKind.NotFound or CallFailureKind.InvalidArgument or CallFailureKind.ResourceExhausted or CallFailureKind.TooLarge
            or CallFailureKind.Internal => CheckResult.Wrong(check, $"it answers {failure}", "see the backend's log"),
        _ => throw new System.Diagnostics.UnreachableException($"{failure.Kind}"),
    };

    /// <summary>Every call of it is paid for: it is only dialled.</summary>
    async Task<IReadOnlyList<CheckResult>> LlmAsync()
    {
        if (settings.Llm is not { } llm) return [];
        var check = $"llm: {llm}";
        if (AddressOf(llm.Address) is not { } at) return [];
        try
        {
            using var limit = new CancellationTokenSource(AnswerLimit);
            using var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync(at.Host, at.Port, limit.Token);
            return [CheckResult.Well(check, "reachable; its key is not tried, for every call is paid")];
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            return [CheckResult.Wrong(check, $"it cannot be reached: {e.Message}", "check HOBOM_LLM_GRPC_ADDR and that it runs")];
        }
    }

    async Task<IReadOnlyList<CheckResult>> CertificatesAsync()
    {
        var servers = new List<(string Name, string Address)>();
        if (settings.Trust is not null)
            servers.AddRange(((BackendSettings?[])[settings.Main, settings.Space, settings.Llm]).OfType<BackendSettings>()
                .Select(b => b.Address).Distinct(StringComparer.Ordinal).Select(a => ("backend", a)));
        if (settings.Redis.UsesTls) servers.Add(("redis", settings.Redis.Host));
        if (settings.Kafka.UsesTls) servers.AddRange(settings.Kafka.Brokers.Split(',').Select(b => ("kafka", b.Trim())));
        return await Task.WhenAll(servers.Where(s => AddressOf(s.Address) is not null).Select(async s =>
        {
            var check = $"certificate: {s.Name} at {s.Address}";
            var asked = await PresentedCertificate.AskAsync(AddressOf(s.Address)!);
            return asked.Match(
                Right: certificate => certificate.Judge(check, Clock.GetUtcNow()),
                Left: fault => CheckResult.Wrong(
                    check, $"no certificate was seen: {fault}", "check that the server speaks TLS at this port"));
        }));
    }

    async Task<IReadOnlyList<CheckResult>> RedisAsync(RedisConnection redis)
    {
        var check = $"redis: {settings.Redis}";
        var asked = await AskStoreAsync(new RedisStoreHealth(redis, Clock));
        if (!asked.TryGetRight(out var health, out var failure))
            return [CheckResult.Wrong(
                check, failure.Message, failure.Refusal is null
                    ? "check HOBOM_REDIS_ADDR and that it runs"
                    : "check user and password in HOBOM_REDIS_ADDR, and the rights of the account in docs/OPERATING.md")];
        var results = new List<CheckResult>();
        results.AddRange(health.Problems.Select(problem => CheckResult.Wrong(check, problem, AdviceOn(problem))));
        if ((await new RedisRights(redis).TryAsync(settings.Streams is not null)).TryGetRight(out var rights, out failure))
        {
            if (rights.Denied.Count > 0)
                results.Add(CheckResult.Wrong(
                    $"{check}: rights", $"the account may not: {string.Join(", ", rights.Denied)}",
                    "give it the rules of docs/OPERATING.md (ACL SETUSER)"));
            var oldest = settings.Streams is null ? OldestRedis : OldestRedisOfStreams;
            if (rights.Version < oldest)
                results.Add(CheckResult.Wrong(check, $"it is version {rights.Version}", $"it must be {oldest} or later"));
        }
        else results.Add(CheckResult.Wrong($"{check}: rights", failure.Message, "see the line before"));

        return results.Count > 0 ? results : [CheckResult.Well(check, $"clock {health.ClockOffset.TotalSeconds:+0.000;-0.000} s off")];
    }

    /// <summary>Of those that somebody has now. Where Redis does not answer, its own line says so.</summary>
    async Task<IReadOnlyList<CheckResult>> FlowsAsync(RedisConnection redis, Slice[] slices)
    {
        var here = new FlowDivision(settings.Shards, LeaseTimes.For(settings.Kafka.DeliveryTimeout).Life);
        var leases = new RedisLeases(redis, here.Life);
        var looks = slices.Where(s => s.Route.Topic.Length > 0).Select(async slice =>
            (await leases.Of(FlowShard.Whole(slice.Route.Category)).Read()).Match(
                Right: seen => seen.Map(text => DivisionDiagnosis.Of(slice.Name, text, here)), Left: _ => default(Option<CheckResult>)));
        return [.. (await Task.WhenAll(looks)).Somes()];
    }

    /// <summary>The first dial of a process takes its time: an answer that is only late is asked for again.</summary>
    static async Task<Either<StoreFailure, StoreHealth>> AskStoreAsync(RedisStoreHealth store)
    {
        for (var round = 1; ; round++)
        {
            var asked = await store.ReadAsync();
            if (round == AskRounds || asked.Match(Right: _ => true, Left: failure => failure.Refusal is not null)) return asked;
        }
    }

    static string AdviceOn(string problem) =>
        problem.Contains("eviction", StringComparison.Ordinal) ? "CONFIG SET maxmemory-policy noeviction, and in its configuration file"
        : problem.Contains("append-only", StringComparison.Ordinal) ? "appendonly yes in its configuration file"
        : problem.Contains("clock", StringComparison.Ordinal) ? "set both clocks by NTP"
        : problem.Contains("evicted", StringComparison.Ordinal) ? "give it more memory, and noeviction"
        : "see Redis' own log";

    async Task<IReadOnlyList<CheckResult>> KafkaAsync(Slice[] slices)
    {
        var check = $"kafka: {settings.Kafka.Brokers}";
        string[] topics = [.. slices.Select(s => s.Route.Topic).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];
        if (!(await new TopicInspection(settings.Kafka).LookAsync(topics)).TryGetRight(out var seen, out var failure))
            return [CheckResult.Wrong(
                check, failure.Message, "check HOBOM_KAFKA_BROKER, that the brokers run, and security.protocol, mechanism and password")];
        return [CheckResult.Well(check), .. seen.SelectMany(t => KafkaDiagnosis.Of(t, settings.Kafka, Clock.GetUtcNow()))];
    }

    async Task<IReadOnlyList<CheckResult>> StoresAsync() => await Task.WhenAll(settings.Broker.Map(StoreAsync).AsEnumerable());

    /// <summary>Of the broker, which may run alone.</summary>
    public static async Task<CheckResult> StoreAsync(Broker.Settings.BrokerSettings broker)
    {
        var check = $"broker: store ({broker.Provider.ToString().ToLowerInvariant()})";
        using var limit = new CancellationTokenSource(AnswerLimit);
        return await StoreProbe.AskAsync(broker, limit.Token) is { } problem
            ? CheckResult.Wrong(check, problem, "check the store's address, its account and rights (docs/BROKER.md)")
            : CheckResult.Well(check);
    }

    static HostPort? AddressOf(string text) => HostPort.Parse(text).TryGetRight(out var address, out _) ? address : null;
}
