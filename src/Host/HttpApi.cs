using System.Reflection;
using FastEndpoints;
using FastEndpoints.Swagger;
using Hobom.Slices.Broker;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Access.Sessions;
using Hobom.Slices.Host.Guards;
using Hobom.Slices.Host.Telemetry;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Law;
using Hobom.Slices.Links;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Page;
using Hobom.Slices.Space;
using Hobom.Slices.Streams;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hobom.Slices.Host;

/// <summary>The web server: where it listens, who may ask, what it answers.</summary>
static class HttpApi
{
    public const string BasePath = "/hobom-event-processor/internal/api/v1";

    /// <param name="logs">Shared with all else, so that what a request sets going is logged with its trace.</param>
    /// <param name="moreRoutes">Assemblies with endpoints that are not the product's own.</param>
    public static WebApplicationBuilder NewBuilder(Settings settings, ILoggerFactory logs, params Assembly[] moreRoutes) =>
        NewBuilder(settings.Http, settings.Telemetry.Listen, settings.Access, PartsOf(settings), logs, o => o.Assemblies =
        [
            typeof(HttpApi).Assembly, typeof(PollerControl).Assembly, typeof(ReplayRunner).Assembly,
            typeof(PageSlice).Assembly, typeof(MessagesSlice).Assembly, typeof(LogsSlice).Assembly,
            .. settings.Space is null ? (Assembly[])[] : [typeof(SpaceSlice).Assembly],
            .. settings.Llm is null ? (Assembly[])[] : [typeof(LawSlice).Assembly],
            .. settings.Streams is null ? (Assembly[])[] : [typeof(StreamsSlice).Assembly],
            .. settings.Broker.IsNone ? (Assembly[])[] : [typeof(BrokerSlice).Assembly, typeof(LinksSlice).Assembly],
            .. moreRoutes,
        ]);

    /// <param name="metrics">A port of its own for the metrics; null for the same.</param>
    /// <param name="parts">What is on, for the page: relay, broker, streams.</param>
    /// <param name="routes">Where the endpoints are.</param>
    public static WebApplicationBuilder NewBuilder(
        ListenAddress listen, ListenAddress? metrics, AccessSettings access, IReadOnlyList<string> parts, ILoggerFactory logs,
        Action<EndpointDiscoveryOptions> routes)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            RequestRules.Limit(kestrel.Limits);
            Listen(kestrel, listen);
            if (metrics is not null) Listen(kestrel, metrics);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(logs));
        builder.Services.RemoveAll<IHostLifetime>().AddSingleton<IHostLifetime, NoLifetime>();
        AddAccess(builder.Services, access, parts, logs);
        builder.Services.AddFastEndpoints(o =>
        {
            // A slice that is off has endpoints in a loaded assembly, and nothing that they could ask.
            o.DisableAutoDiscovery = true;
            routes(o);
        });
        builder.Services.SwaggerDocument(o =>
        {
            o.EnableJWTBearerAuth = false;
            o.ShortSchemaNames = true;
            o.DocumentSettings = s =>
            {
                s.DocumentName = "v1";
                s.Title = "Hobom.Slices";
                s.Version = "v1";
                s.AddAuth(ApiKeyAuthentication.SchemeName, new()
                {
                    Name = ApiKeyAuthentication.Header,
                    In = NSwag.OpenApiSecurityApiKeyLocation.Header,
                    Type = NSwag.OpenApiSecuritySchemeType.ApiKey,
                });
            };
        });
        return builder;
    }

    static void Listen(KestrelServerOptions kestrel, ListenAddress at)
    {
        if (at.Address is { } address) kestrel.Listen(address, at.Port);
        else kestrel.ListenAnyIP(at.Port);
    }

    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        var telemetry = app.Services.GetRequiredService<TelemetryExport>();
        var access = app.Services.GetRequiredService<AccessSettings>();
        app.Use(MetricsAccess.KeepToItsPort(telemetry.Settings.Listen, takesTokens: access.Oidc is not null));
        app.Use(AnswerHeadAsGetAsync);
        app.UseRouting();
        app.Use(RequestTrace.KeepAsync);
        app.Use(AnswerHeaders.AddAsync);
        app.Use(UnexpectedErrors.AnswerAsync);
        app.Use(RequestRules.RefuseAsync);
        if (access.AnswersThisMachineOnly) app.Use(ThisMachineOnly.RefuseOthersAsync);
        app.UseAuthentication();
        app.Use(MetricsAccess.AdmitThisMachine(telemetry.Settings.Listen));
        app.Use(app.Services.GetRequiredService<RateLimits>().AdmitAsync);
        app.Use(RefuseStrangersAsync);
        app.Use(SessionRules.RefuseAsync);
        app.Use(HideUnguardedAsync);
        app.UseAuthorization();
        app.UseFastEndpoints(c =>
        {
            c.Endpoints.RoutePrefix = BasePath.TrimStart('/');
            // The default of an endpoint that names its answers itself.
            c.Endpoints.Configurator = endpoint => endpoint.Description(b => b.ClearDefaultProduces(StatusCodes.Status204NoContent));
            c.Errors.ContentType = "application/json";
            c.Errors.ProducesMetadataType = typeof(ErrorAnswer);
            c.Errors.ResponseBuilder = (failures, http, _) => BadBody.Of(failures, http.TraceIdentifier);
        });
        telemetry.Map(app);
        app.UseSwaggerGen();
        return app;
    }

    static IReadOnlyList<string> PartsOf(Settings settings) =>
        ["relay", .. settings.Broker.Map(_ => "broker").AsEnumerable(), .. settings.Streams is null ? (string[])[] : ["streams"]];

    static void AddAccess(IServiceCollection services, AccessSettings access, IReadOnlyList<string> parts, ILoggerFactory logs)
    {
        var clock = TimeProvider.System;
        var file = access is { KeysPath: { } path, Keys: { } keys }
            ? new KeysFile(path, keys, clock, logs.CreateLogger<KeysFile>())
            : null;
        if (file is not null) services.AddSingleton<IHostedService>(file);
        var callers = new CallerKeys(access.InternalKey, file, clock, access.Oidc is not null);
        services.AddSingleton(access).AddSingleton(callers)
            .AddSingleton(new RefusalLog(logs.CreateLogger<RefusalLog>(), clock))
            .AddSingleton(new RateLimits(access.RatePerSecond));
        SessionAccess.Add(services, access, callers, parts, clock);
        services.AddAuthorization(o =>
        {
            foreach (var role in Role.All) o.AddPolicy(role, policy => policy.RequireRole(role));
        });
    }

    /// <summary>The server itself leaves out the body of an answer to HEAD.</summary>
    static Task AnswerHeadAsGetAsync(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsHead(http.Request.Method)) http.Request.Method = HttpMethods.Get;
        return next(http);
    }

    /// <summary>Everything under the base path wants the key, routes that do not exist included.</summary>
    static Task RefuseStrangersAsync(HttpContext http, RequestDelegate next) =>
        http.Request.Path.StartsWithSegments(BasePath, StringComparison.OrdinalIgnoreCase)
        && http.User.Identity?.IsAuthenticated is not true
            ? http.ChallengeAsync()
            : next(http);

    /// <summary>
    /// An endpoint that asks for no role and is not open on purpose is not there: packages bring endpoints of their own, such as
    /// the list of all routes that FastEndpoints keeps for tests.
    /// </summary>
    static Task HideUnguardedAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is { } endpoint && !IsGuarded(endpoint)) http.SetEndpoint(null);
        return next(http);
    }

    internal static bool IsGuarded(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null;

    /// <summary>Signals are <see cref="Signals"/>' business: the framework's own handling would stop the HTTP server first.</summary>
    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
