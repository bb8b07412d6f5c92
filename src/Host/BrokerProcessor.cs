using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Core;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Health;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>The broker without the relay: no backend, no Redis, no Kafka.</summary>
sealed class BrokerProcessor : IAsyncDisposable
{
    readonly ILoggerFactory logs = LoggerFactory.Create(ConsoleLog.Configure);
    readonly BrokerSlice broker;
    readonly WebApplication app;
    readonly LoopWatch loops;
    readonly string? warning;

    BrokerProcessor(BrokerSettings settings, ListenAddress http, AccessSettings access)
    {
        warning = access.Warning;
        loops = new LoopWatch(logs.CreateLogger("Hobom.Slices"));
        var builder = HttpApi.NewBuilder(http, access, logs, o =>
        {
            o.Assemblies = [typeof(BrokerProcessor).Assembly, typeof(BrokerSlice).Assembly];
            o.Filter = type => type.Assembly == typeof(BrokerSlice).Assembly || IsHealth(type);
        });
        broker = BrokerSlice.Build(settings, new BrokerTools(
            TimeProvider.System, Random.Shared.NextDouble, logs, $"{Environment.MachineName}-{Guid.NewGuid():N}", null, null));
        builder.Services.AddSingleton(broker).AddSingleton(TimeProvider.System).AddSingleton(loops)
            .AddHealthChecks().AddCheck("broker", new BrokerCheck(broker, alone: true));
        app = HttpApi.Build(builder);
    }

    /// <summary>None where the relay is to run too: its variables are there, or the broker is off.</summary>
    public static Option<Either<SettingProblems, BrokerProcessor>> Of(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault("HOBOM_GRPC_ADDR", "").Trim().Length > 0) return default;
        var read = new SettingsReader(environment);
        var asked = Settings.ReadBroker(read, environment);
        if (asked.IsNone && read.Problems.Count == 0) return default;
        var http = read.Listen("HOBOM_HTTP_ADDR", new ListenAddress(null, 8082));
        var access = AccessSettings.Read(read);
        if (read.Problems.Count > 0) return Either<SettingProblems, BrokerProcessor>.Left(new SettingProblems(read.Problems));
        return asked.Map(settings => Either<SettingProblems, BrokerProcessor>.Right(new BrokerProcessor(settings, http, access)));
    }

    public static async Task<int> RunAsync(Either<SettingProblems, BrokerProcessor> read)
    {
        if (read.TryGetRight(out var processor, out var problems))
        {
            await using (processor)
            {
                using var signals = new Signals();
                return await processor.RunAsync(signals.Stopping);
            }
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
            "the broker alone ({Provider}): HOBOM_GRPC_ADDR is not set; listening at {Addresses}",
            broker.Settings.Provider, string.Join(", ", app.Urls));
        if (warning is not null) log.LogWarning("{Warning}", warning);
        await loops.RunAsync("broker", broker.RunAsync(stopping), stopping);
        // Its loop has failed: what is left is to be told so, and to be restarted.
        await Delays.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);
        await WebServer.StopAsync(app);
        return 0;
    }

    static bool IsHealth(Type type) => type == typeof(HealthEndpoint) || type == typeof(LiveEndpoint) || type == typeof(ReadyEndpoint);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await broker.DisposeAsync();
        logs.Dispose();
    }
}
