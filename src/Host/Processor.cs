using System.Net.Sockets;
using System.Reflection;
using Hobom.Slices.Audit;
using Hobom.Slices.Broker;
using Hobom.Slices.DeadLetters.Masking;
using Hobom.Slices.DeadLetters;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Health;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Law;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Space;
using Hobom.Slices.Streams;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>The whole processor: built by hand in one place, run until told to stop.</summary>
sealed class Processor : IAsyncDisposable
{
    static readonly TimeSpan HttpStopLimit = TimeSpan.FromSeconds(5);

    readonly WebApplication app;
    readonly Neighbours neighbours;
    readonly IReadOnlyList<Slice> slices;
    readonly EventRouter? router;
    readonly ReplayDesk desk;
    readonly ReplayJobRunner jobs;
    readonly DeadLettersPoller deadLetters;
    readonly PollerControl pollers;
    readonly Option<BrokerSlice> broker;
    readonly Settings settings;
    readonly ILogger log;

    Processor(Settings settings, ILoggerFactory logs, Action<WebApplicationBuilder> configure, Assembly[] moreRoutes)
    {
        this.settings = settings;
        var builder = HttpApi.NewBuilder(settings, logs, moreRoutes);
        log = logs.CreateLogger("Hobom.Slices");
        neighbours = new Neighbours(settings, logs);
        slices = BuildSlices(neighbours.ToolsFor(settings), neighbours, settings);
        if (settings.Streams is { } streaming)
        {
            (router, var streams) = StreamsSlice.Build(
                neighbours.ToolsFor(settings), neighbours.Redis, neighbours.NewRedisConnection, settings.Redis.Host, streaming);
            slices = [.. slices, streams];
        }

        var trail = new AuditTrail(neighbours.AuditLog.AppendAsync, TimeProvider.System, logs.CreateLogger<AuditTrail>());
        desk = new ReplayDesk(neighbours.Letters, slices, trail, TimeProvider.System);
        jobs = new ReplayJobRunner(neighbours.ReplayJobs, desk, trail, TimeProvider.System, logs.CreateLogger<ReplayJobRunner>());
        deadLetters = new DeadLettersPoller(neighbours.DeadLetters, TimeProvider.System, logs.CreateLogger<DeadLettersPoller>());
        pollers = new PollerControl(slices, neighbours.Pauses, trail, TimeProvider.System, logs.CreateLogger<PollerControl>());
        builder.Services.AddSingleton(pollers).AddSingleton(TimeProvider.System).AddSingleton(neighbours.Letters).AddSingleton(desk)
            .AddSingleton(new MaskRules(slices.Select(s => (s.Route.Category, s.Payloads))))
            .AddSingleton(new RepairDesk(neighbours.Letters, slices, trail, TimeProvider.System)).AddSingleton(neighbours.ReplayJobs)
            .AddSingleton(new ReplayJobDesk(
                neighbours.ReplayJobs, neighbours.DeadLetters.Catalogue, neighbours.Letters, desk, jobs, trail, TimeProvider.System))
            .AddSingleton<ReplayAtHolder>().AddSingleton(trail).AddSingleton(neighbours.AuditLog).AddSingleton(neighbours.Tombstones)
            .AddSingleton(neighbours.DeadLetters.Catalogue).AddSingleton(neighbours.DeadLetters.Feed).AddSingleton(neighbours.StoreHealth);
        broker = settings.Broker.Map(s => BrokerSlice.Build(s, neighbours.BrokerTools));
        broker.Iter(b => builder.Services.AddSingleton(b));
        foreach (var slice in slices) slice.AddTo(builder.Services);
        builder.Services.AddHealthChecks()
            .AddCheck("dead-letters", new DeadLettersCheck(neighbours.DeadLetters))
            .AddCheck("pollers", new PollersCheck(slices))
            .AddCheck("topics", new TopicsCheck(neighbours.Circuits));
        if (router is not null) StreamsSlice.AddTo(builder.Services, router);
        configure(builder);
        app = HttpApi.Build(builder);
    }

    /// <summary>The API, for those who start it without the pollers.</summary>
    public WebApplication Api => app;

    public static Processor Build(Settings settings) => Build(settings, LoggerFactory.Create(ConsoleLog.Configure), _ => { });

    /// <param name="logs">Disposed of with the processor.</param>
    /// <param name="configure">Has the last word on the web server.</param>
    /// <param name="moreRoutes">Assemblies with endpoints that are not the product's own.</param>
    public static Processor Build(
        Settings settings, ILoggerFactory logs, Action<WebApplicationBuilder> configure, params Assembly[] moreRoutes) =>
        new(settings, logs, configure, moreRoutes);

    /// <summary>The flows, a line each.</summary>
    static Slice[] BuildSlices(SliceTools tools, Neighbours to, Settings settings) =>
    [
        MessagesSlice.Build(tools, to.Main),
        LogsSlice.Build(tools, to.Main),
        .. to.Space.Map(space => SpaceSlice.Build(tools, space)).AsEnumerable(),
        .. to.Space.Map(space => SpaceLogsSlice.Build(tools, space)).AsEnumerable(),
        .. to.Llm.Map(llm => LawSlice.Build(tools, to.Main, llm, to.Kept, settings.LlmTimeout)).AsEnumerable(),
    ];

    /// <summary>Returns the exit code, when no visit and no replay is under way any more and the HTTP server has stopped.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        try
        {
            await app.StartAsync(CancellationToken.None);
        }
        catch (Exception unavailable) when (unavailable is IOException or SocketException)
        {
            await Console.Error.WriteLineAsync($"HOBOM_HTTP_ADDR: {unavailable.Message}");
            return 1;
        }

        Announce();
        await TellOfKafkaAsync();
        var brokering = Task.WhenAll(broker.Map(b => b.RunAsync(stopping)).AsEnumerable());
        var replaying = Task.CompletedTask;
        if (await pollers.RestoreAsync(stopping))
        {
            replaying = jobs.RunAsync(stopping);
            await Task.WhenAll([.. slices.Select(s => s.Loop.RunAsync(stopping)), deadLetters.RunAsync(stopping), pollers.FollowAsync(stopping),
                router?.RunAsync(stopping) ?? Task.CompletedTask]);
        }

        log.LogInformation("stopping: no visit is under way any more");
        // The slices first: a law replay under way waits for a generation that its slice's end cancels.
        await Task.WhenAll(slices.Select(s => s.Work.DrainAsync()));
        await replaying;
        await brokering;
        await desk.DrainAsync();
        // Nothing of any flow is under way: another process may go on at once.
        await Task.WhenAll(slices.Select(s => s.Lease.CloseAsync()));
        using var limit = new CancellationTokenSource(HttpStopLimit);
        await app.StopAsync(limit.Token);
        log.LogInformation("stopped");
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (router is not null) await router.DisposeAsync();
        await Task.WhenAll(broker.Map(b => b.DisposeAsync().AsTask()).AsEnumerable());
        await neighbours.DisposeAsync();
    }

    /// <summary>What is missing is told at the start: each event would tell it by failing.</summary>
    async Task TellOfKafkaAsync()
    {
        var result = await neighbours.AskKafkaAsync([.. slices.Select(s => s.Route.Topic).Where(t => t.Length > 0).Distinct()]);
        if (result is KafkaProbeResult.Unreachable(var reason))
            log.LogWarning("Kafka does not answer: {Reason}; rows stay PENDING until it does", reason);
        if (result is KafkaProbeResult.Answered { Missing.Count: > 0 } answered)
            log.LogWarning(
                "Kafka has no topic {Topics} yet; where topics are not made on first use, their events stay PENDING until somebody makes them",
                string.Join(", ", answered.Missing));
    }

    void Announce()
    {
        log.LogInformation("listening at {Addresses}; API under {Base}, its description at /swagger", string.Join(", ", app.Urls), HttpApi.BasePath);
        if (settings.Access.IsOpen)
            log.LogWarning(
                "the API is open to whoever can reach it: neither {Variable} nor {File} is set",
                AccessSettings.InternalKeyVariable, KeysFile.Variable);
        if (router is not null) log.LogInformation("streams: routes the entries of events:… at {Redis}", settings.Redis);
        foreach (var slice in slices.Where(s => s.Name != StreamsSlice.Name))
            log.LogInformation(
                "{Slice}: polls {EventType} at {Backend} for {Target}", slice.Name, slice.Route.EventType, slice.Backend,
                slice.Route.Topic.Length > 0 ? $"topic {slice.Route.Topic}" : $"the LLM at {settings.Llm}");
        if (settings.Space is null) log.LogInformation("space and space-logs: off, HOBOM_SPACE_GRPC_ADDR is not set");
        if (router is null) log.LogInformation("streams: off, {Variable} is not true", RouterVariables.Enabled);
        if (settings.Llm is null) log.LogInformation("law: off, HOBOM_LLM_GRPC_ADDR is not set");
    }
}
