using System.Reflection;
using Hobom.Slices.Audit;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Letters;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.DeadLetters;
using Hobom.Slices.Host.Health;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Runtime;
using Hobom.Slices.Streams;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>The whole processor: built by hand in one place, run until told to stop.</summary>
sealed class Processor : IAsyncDisposable
{
    readonly WebApplication app;
    readonly Connections connections;
    readonly IReadOnlyList<Slice> slices;
    readonly DeadLettersSlice deadLetters;
    readonly PollerControl pollers;
    readonly EventRouter? router;
    readonly Option<BrokerSlice> broker;
    readonly StartupReport report;
    readonly ILogger log;

    Processor(Settings settings, ILoggerFactory logs, Action<WebApplicationBuilder> configure, Assembly[] moreRoutes)
    {
        var builder = HttpApi.NewBuilder(settings, logs, moreRoutes);
        var clock = TimeProvider.System;
        log = logs.CreateLogger("Hobom.Slices");
        connections = new Connections(settings, logs);
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
            built.AddTo(builder.Services);
        }

        var trail = new AuditTrail(connections.AuditLog.AppendAsync, clock, logs.CreateLogger<AuditTrail>());
        deadLetters = DeadLettersSlice.Build(connections.Redis, slices, trail, clock, logs);
        deadLetters.AddTo(builder.Services);
        pollers = new PollerControl(slices, connections.Pauses, trail, clock, logs.CreateLogger<PollerControl>());
        builder.Services.AddSingleton(pollers).AddSingleton(clock).AddSingleton(trail).AddSingleton(connections.AuditLog).AddHealthChecks()
            .AddCheck("pollers", new PollersCheck(slices)).AddCheck("topics", new TopicsCheck(connections.Circuits));
        foreach (var slice in slices) slice.AddTo(builder.Services);
        if (router is not null) StreamsSlice.AddTo(builder.Services, router);
        configure(builder);
        app = HttpApi.Build(builder);
        report = new StartupReport(settings, slices, log);
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

    /// <summary>Returns the exit code, when no visit and no replay is under way any more and the HTTP server has stopped.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        if (!await WebServer.StartAsync(app)) return 1;
        await report.TellAsync(app.Urls, connections.AskKafkaAsync);
        var brokering = Task.WhenAll(broker.Map(b => b.RunAsync(stopping)).AsEnumerable());
        var replaying = Task.CompletedTask;
        if (await pollers.RestoreAsync(stopping))
        {
            replaying = deadLetters.RunJobsAsync(stopping);
            await Task.WhenAll([
                .. slices.Select(s => s.Loop.RunAsync(stopping)), deadLetters.FollowAsync(stopping), pollers.FollowAsync(stopping),
                router?.RunAsync(stopping) ?? Task.CompletedTask]);
        }

        log.LogInformation("stopping: no visit is under way any more");
        // The slices first: a law replay under way waits for a generation that its slice's end cancels.
        await Task.WhenAll(slices.Select(s => s.Work.DrainAsync()));
        await replaying;
        await brokering;
        await deadLetters.DrainAsync();
        // Nothing of any flow is under way: another process may go on at once.
        await Task.WhenAll(slices.Select(s => s.Lease.CloseAsync()));
        await WebServer.StopAsync(app);
        log.LogInformation("stopped");
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (router is not null) await router.DisposeAsync();
        await Task.WhenAll(broker.Map(b => b.DisposeAsync().AsTask()).AsEnumerable());
        await connections.DisposeAsync();
        deadLetters.Dispose();
    }
}
