using System.Diagnostics.Metrics;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Hobom.Slices.Host.Telemetry;

/// <summary>
/// From the instruments to who reads them. What is scraped and what is pushed are collected by a provider each: two readers of one
/// would mix the looks from which the rows' counts are told.
/// </summary>
public sealed class TelemetryExport : IDisposable
{
    public const string Path = "/metrics";

    readonly ServiceProvider root;
    readonly MeterProvider scraped;
    readonly MeterProvider? pushed;
    readonly TracerProvider? traces;

    public TelemetryExport(TelemetrySettings settings)
    {
        Settings = settings;
        root = new ServiceCollection().AddMetrics().BuildServiceProvider();
        Meters = root.GetRequiredService<IMeterFactory>();
        scraped = NewMetrics()
            .AddPrometheusExporter(o => (o.ScrapeResponseCacheDurationMilliseconds, o.ScopeInfoEnabled) = (0, false)).Build();
        if (settings.PushesMetrics) pushed = NewMetrics().AddOtlpExporter().Build();
        if (settings.PushesTraces)
            traces = Sdk.CreateTracerProviderBuilder().ConfigureServices(UseSettings).ConfigureResource(Describe)
                .AddSource(TelemetryNames.MeterPrefix).AddOtlpExporter().Build();
    }

    internal TelemetrySettings Settings { get; }

    /// <summary>Whoever tells of himself makes his instruments here; all meters' names begin alike.</summary>
    public IMeterFactory Meters { get; }

    internal void AddTo(IServiceCollection services) => services.AddSingleton(this).Replace(ServiceDescriptor.Singleton(Meters));

    internal void Map(WebApplication app) => app.MapPrometheusScrapingEndpoint(Path, scraped, null, null)
        .WithMetadata(new HttpMethodMetadata([HttpMethods.Get]), new AuthorizeAttribute(Role.Reader));

    /// <summary>What was not pushed yet is, within a bounded time.</summary>
    public void Dispose()
    {
        traces?.Dispose();
        pushed?.Dispose();
        scraped.Dispose();
        root.Dispose();
    }

    MeterProviderBuilder NewMetrics() => Sdk.CreateMeterProviderBuilder().ConfigureServices(UseSettings).ConfigureResource(Describe)
        .AddMeter($"{TelemetryNames.MeterPrefix}*", "System.Runtime", "Microsoft.AspNetCore.Hosting")
        .AddView(i => IsAnothers(i) ? MetricStreamConfiguration.Drop : null);

    /// <summary>
    /// Meters are subscribed to by name, also those of another processor in this process: its instruments would be taken for ours, and
    /// ours would end with it.
    /// </summary>
    bool IsAnothers(Instrument instrument) => instrument.Meter.Scope is IMeterFactory factory && factory != Meters;

    /// <summary>Instead of the process's environment alone: variables may stand in the <c>.env</c> file.</summary>
    void UseSettings(IServiceCollection services) => services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
        .AddInMemoryCollection(Settings.Otel.Select(v => new KeyValuePair<string, string?>(v.Key, v.Value))).Build());

    void Describe(ResourceBuilder resource)
    {
        resource.AddService("hobom-slices", serviceInstanceId: Environment.MachineName);
        // What an operator says of the service wins.
        resource.AddEnvironmentVariableDetector();
    }
}
