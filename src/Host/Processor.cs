using System.Reflection;
using Hobom.Slices.Audit;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Letters;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.DeadLetters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Host.Explain;
using Hobom.Slices.Host.Health;
using Hobom.Slices.Host.Telemetry;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Links;
using Hobom.Slices.Page;
using Hobom.Slices.Page.Changes;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Streams;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>The whole processor: built by hand in one place, run until told to stop.</summary>
sealed class Processor : IAsyncDisposable
{
    readonly WebApplication app;
    readonly TelemetryExport telemetry;
    readonly Connections connections;
    readonly IReadOnlyList<Slice> slices;
    readonly DeadLettersSlice deadLetters;
    readonly PollerControl pollers;
    readonly PageSlice page;
    readonly EventRouter? router;
    readonly Option<BrokerSlice> broker;
    readonly StartupReport report;
    readonly TopicWatch topics;
    readonly LoopWatch loops;
    readonly ILogger log;

    Processor(Settings settings, ILoggerFactory logs, Action<WebApplicationBuilder> configure, Assembly[] moreRoutes)
    {
        var builder = HttpApi.NewBuilder(settings, logs, moreRoutes);
        var clock = TimeProvider.System;
        log = logs.CreateLogger("Hobom.Slices");
        telemetry = new TelemetryExport(settings.Telemetry);
        connections = new Connections(settings, logs, telemetry.Meters);
        var tools = connections.NewTools();
        slices = Flows.Build(tools, connections, settings);
        if (settings.Streams is { } streaming)
        {
            (router, var streams) = StreamsSlice.Build(
                tools, connections.Redis, connections.NewRedisConnection, settings.Redis.Host, streaming);
            slices = [.. slices, streams];
        }

        if (settings.Broker.Case is BrokerSettings events)
        {
            var (built, flow) = BrokerFlow.Build(tools, events, connections.BrokerTools);
            (broker, slices) = (built, [.. slices, flow]);
            built.AddTo(builder.Services, alone: false);
        }

        var trail = new AuditTrail(connections.AuditLog.AppendAsync, clock, logs.CreateLogger<AuditTrail>());
        deadLetters = DeadLettersSlice.Build(connections.Redis, slices, trail, clock, logs);
        deadLetters.AddTo(builder.Services);
        page = new PageSlice(slices, LettersNow, clock);
        page.AddTo(builder.Services);
        deadLetters.Observe(telemetry.Meters, slices, clock);
        PollerMeter.Observe(telemetry.Meters, slices, connections.Circuits, connections.Redis, clock);
        telemetry.AddTo(builder.Services);
        broker.Iter(b => builder.Services.AddSingleton(new LinksSlice(() => b.Open?.Store.Storage, trail, clock)));
        topics = new TopicWatch(
            TopicsOf(slices), connections.AskKafkaAsync, connections.CreatesTopicsAsync, clock, logs.CreateLogger<TopicWatch>());
        loops = new LoopWatch(log);
        loops.Follow(slices);
        pollers = new PollerControl(slices, connections.Pauses, trail, clock, logs.CreateLogger<PollerControl>());
        builder.Services.AddSingleton(pollers).AddSingleton(settings.Traces).AddSingleton(clock).AddSingleton(trail)
            .AddSingleton(connections.AuditLog).AddSingleton(loops).AddHealthChecks()
            .AddCheck("pollers", new PollersCheck(slices, settings.ProgressLimit, clock))
            .AddCheck("topics", new TopicsCheck(connections.Circuits, () => topics.Missing));
        builder.Services.AddSingleton(services => new EventExplainer(
            slices, services.GetRequiredService<RedisDeadLetterStore>(), services.GetRequiredService<RedisTombstones>(),
            services.GetRequiredService<RedisReplayJobs>(), connections.Ledgers, connections.Positions, broker, clock));
        foreach (var slice in slices) slice.AddTo(builder.Services);
        if (router is not null) StreamsSlice.AddTo(builder.Services, router);
        configure(builder);
        app = HttpApi.Build(builder);
        report = new StartupReport(settings, slices, log);
    }

    /// <summary>The API, for those who start it without the pollers.</summary>
    public WebApplication Api => app;

    public static Processor Build(Settings settings) =>
        Build(settings, LoggerFactory.Create(logging => ConsoleLog.Configure(logging, settings.Telemetry.Log)), _ => { });

    /// <param name="logs">Disposed of with the processor.</param>
    /// <param name="configure">Has the last word on the web server.</param>
    /// <param name="moreRoutes">Assemblies with endpoints that are not the product's own.</param>
    public static Processor Build(
        Settings settings, ILoggerFactory logs, Action<WebApplicationBuilder> configure, params Assembly[] moreRoutes) =>
        new(settings, logs, configure, moreRoutes);

    /// <summary>Returns the exit code, when no visit and no replay is under way any more and the HTTP server has stopped.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        if (!await WebServer.StartAsync(app)) return 1;
        await report.TellAsync(app.Urls, connections.AskKafkaAsync);
        var watching = topics.RunAsync(stopping);
        var brokering = Task.WhenAll(broker.Map(b => loops.RunAsync("broker", b.RunAsync(stopping), stopping)).AsEnumerable());
        var replaying = Task.CompletedTask;
        if (await pollers.RestoreAsync(stopping))
        {
            replaying = loops.RunAsync("replays", deadLetters.RunJobsAsync(stopping), stopping);
            await Task.WhenAll([
                .. slices.Select(s => loops.RunAsync(s.Name, s.Loop.RunAsync(stopping), stopping)),
                loops.RunAsync("dead-letters", deadLetters.FollowAsync(stopping), stopping),
                loops.RunAsync("pauses", pollers.FollowAsync(stopping), stopping),
                loops.RunAsync("page", page.FollowAsync(stopping), stopping),
                router is null ? Task.CompletedTask : loops.RunAsync("streams-router", router.RunAsync(stopping), stopping),
                loops.RunAsync("topics", watching, stopping)]);
        }

        log.LogInformation(LogEvents.Named("process.stopping"), "stopping: no visit is under way any more");
        // The slices first: a law replay under way waits for a generation that its slice's end cancels.
        await Task.WhenAll(slices.Select(s => s.Work.DrainAsync()));
        await replaying;
        await brokering;
        await deadLetters.DrainAsync();
        // Nothing of any flow is under way: another process may go on at once.
        await Task.WhenAll(slices.Select(s => s.Leases.CloseAsync()));
        await WebServer.StopAsync(app);
        log.LogInformation(LogEvents.Named("process.stopped"), "stopped");
        return 0;
    }

    static string[] TopicsOf(IReadOnlyList<Slice> slices) =>
        [.. slices.Select(s => s.Route.Topic).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];

    LettersMark LettersNow()
    {
        var letters = deadLetters.Now;
        return new LettersMark(letters.Loaded, letters.Count, letters.Version, letters.AsOf);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (router is not null) await router.DisposeAsync();
        await Task.WhenAll(broker.Map(b => b.DisposeAsync().AsTask()).AsEnumerable());
        telemetry.Dispose();
        await connections.DisposeAsync();
        deadLetters.Dispose();
    }
}
