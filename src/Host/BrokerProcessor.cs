using Hobom.Slices.Audit;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Operating;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Core;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Access.Oidc;
using Hobom.Slices.Host.Access.Sessions;
using Hobom.Slices.Host.Health;
using Hobom.Slices.Host.Telemetry;
using Hobom.Slices.Links;
using Hobom.Slices.Page;
using Hobom.Slices.Page.History;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>All that is set for a broker that runs alone.</summary>
sealed record BrokerAloneSettings(BrokerSettings Broker, ListenAddress Http, AccessSettings Access, TelemetrySettings Telling)
{
    /// <summary>Settings hold secrets: nothing of them is printed by accident.</summary>
    public override string ToString() => nameof(BrokerAloneSettings);
}

/// <summary>The broker without the relay: no backend, no Redis, no Kafka.</summary>
sealed class BrokerProcessor : IAsyncDisposable
{
    readonly ILoggerFactory logs;
    readonly TelemetryExport telemetry;
    readonly BrokerSlice broker;
    readonly WebApplication app;
    readonly LoopWatch loops;
    readonly string? warning;

    BrokerProcessor(BrokerSettings settings, ListenAddress http, AccessSettings access, TelemetrySettings telling)
    {
        logs = LoggerFactory.Create(logging => ConsoleLog.Configure(logging, telling.Log));
        telemetry = new TelemetryExport(telling);
        warning = access.Warning;
        loops = new LoopWatch(logs.CreateLogger("Hobom.Slices"));
        var builder = HttpApi.NewBuilder(http, telling.Listen, access, ["broker"], logs, o =>
        {
            o.Assemblies =
            [
                typeof(BrokerProcessor).Assembly, typeof(PageSlice).Assembly, typeof(BrokerSlice).Assembly, typeof(LinksSlice).Assembly,
            ];
            o.Filter = HasAllItAsks;
        });
        broker = BrokerSlice.Build(settings, new BrokerTools(
            TimeProvider.System, Random.Shared.NextDouble, logs, $"{Environment.MachineName}-{Guid.NewGuid():N}", null, null));
        telemetry.AddTo(builder.Services);
        var trail = new AuditTrail(new StoreAudit(broker).AppendAsync, TimeProvider.System, logs.CreateLogger<AuditTrail>());
        broker.AddTo(builder.Services, alone: true);
        new PageSlice([], () => null, TimeProvider.System).AddTo(builder.Services);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(loops).AddSingleton(trail)
            .AddSingleton(new LinksSlice(() => broker.Open?.Store.Storage, trail, TimeProvider.System));
        app = HttpApi.Build(builder);
    }

    public static BrokerProcessor Build(BrokerAloneSettings settings) =>
        new(settings.Broker, settings.Http, settings.Access, settings.Telling);

    /// <summary>The relay is to run, with the broker or without.</summary>
    public static bool HasRelay(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault(BackendSettings.MainVariable, "").Trim().Length > 0;

    /// <summary>What it reads where it is to run alone, or every problem of that; none where it is off or the relay runs.</summary>
    public static Option<Either<SettingProblems, BrokerAloneSettings>> SettingsAlone(IReadOnlyDictionary<string, string> environment)
    {
        if (HasRelay(environment)) return default;
        var read = new SettingsReader(environment);
        var asked = Settings.ReadBroker(read, environment);
        if (asked.IsNone && read.Problems.Count == 0) return default;
        var http = read.Listen(ListenAddress.Variable, ListenAddress.Default);
        var access = AccessSettings.Read(read);
        var telling = TelemetrySettings.Read(read, environment, http);
        if (read.Problems.Count > 0) return Either<SettingProblems, BrokerAloneSettings>.Left(new SettingProblems(read.Problems));
        return asked.Map(settings => Either<SettingProblems, BrokerAloneSettings>.Right(new(settings, http, access, telling)));
    }

    public static async Task<int> RunAsync(Either<SettingProblems, BrokerAloneSettings> read)
    {
        if (read.TryGetRight(out var settings, out var problems))
        {
            using var signals = new Signals();
            await using var processor = Build(settings);
            return await processor.RunAsync(signals.Stopping);
        }

        foreach (var problem in problems.Lines) await Console.Error.WriteLineAsync(problem);
        return 1;
    }

    /// <summary>Returns the exit code, when nothing that was begun is under way any more.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        if (!await WebServer.StartAsync(app)) return 1;
        var log = logs.CreateLogger("Hobom.Slices");
        log.LogInformation(
            LogEvents.Named("process.listening"), "the broker alone ({Provider}): HOBOM_GRPC_ADDR is not set; listening at {Addresses}",
            broker.Settings.Provider, string.Join(", ", app.Urls));
        if (warning is not null) log.LogWarning(LogEvents.Named("process.access-warning"), "{Warning}", warning);
        await loops.RunAsync("broker", broker.RunAsync(stopping), stopping);
        // Its loop has failed: what is left is to be told so, and to be restarted.
        await Delays.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);
        await WebServer.StopAsync(app);
        return 0;
    }

    /// <summary>Of this program's own routes health and sign-in; of the page's all but the flows, of which there are none.</summary>
    static bool HasAllItAsks(Type endpoint) => endpoint.Assembly == typeof(BrokerProcessor).Assembly
        ? endpoint.Namespace == typeof(HealthEndpoint).Namespace || endpoint.Namespace == typeof(GetSessionEndpoint).Namespace
            || endpoint == typeof(BeginOidcEndpoint)
        : endpoint != typeof(ListFlowHistoriesEndpoint);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await broker.DisposeAsync();
        telemetry.Dispose();
        logs.Dispose();
    }
}
