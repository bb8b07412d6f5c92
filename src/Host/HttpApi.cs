using FastEndpoints;
using FastEndpoints.Swagger;
using Hobom.Slices.DeadLetters;
using Hobom.Slices.DeadLetters.Endpoints;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace Hobom.Slices.Host;

/// <summary>The web server: where it listens, who may ask, what it answers.</summary>
static class HttpApi
{
    public const string BasePath = "/hobom-event-processor/internal/api/v1";

    const int RequestByteLimit = 1 << 20;

    public static WebApplicationBuilder NewBuilder(Settings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestByteLimit;
            if (settings.Http.Address is { } address) kestrel.Listen(address, settings.Http.Port);
            else kestrel.ListenAnyIP(settings.Http.Port);
        });
        builder.Services.AddRoutingCore();
        ConfigureLogging(builder.Logging);
        builder.Services.RemoveAll<IHostLifetime>().AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<ApiKeyAuthentication.KeyOptions, ApiKeyAuthentication>(
                ApiKeyAuthentication.SchemeName, options => options.Key = settings.InternalApiKey);
        builder.Services.AddAuthorization(o =>
        {
            foreach (var role in Role.All) o.AddPolicy(role, policy => policy.RequireAuthenticatedUser());
        });
        builder.Services.AddFastEndpoints(o => o.Assemblies = [typeof(HttpApi).Assembly, typeof(ReplayDesk).Assembly]);
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

    public static void ConfigureLogging(ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            o.ColorBehavior = LoggerColorBehavior.Disabled;
        });

    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.UseAuthentication();
        app.Use(RefuseStrangersAsync);
        app.UseAuthorization();
        app.UseFastEndpoints(c =>
        {
            c.Endpoints.RoutePrefix = BasePath.TrimStart('/');
            c.Errors.ContentType = "application/json";
            c.Errors.ProducesMetadataType = typeof(ErrorAnswer);
            c.Errors.ResponseBuilder = (failures, _, _) => new ErrorAnswer(failures.FirstOrDefault()?.ErrorMessage ?? "the request cannot be read")
            {
                Field = failures.FirstOrDefault()?.PropertyName,
            };
        });
        app.UseSwaggerGen();
        return app;
    }

    /// <summary>Everything under the base path wants the key, routes that do not exist included.</summary>
    static Task RefuseStrangersAsync(HttpContext http, RequestDelegate next) =>
        http.Request.Path.StartsWithSegments(BasePath, StringComparison.OrdinalIgnoreCase)
        && http.User.Identity?.IsAuthenticated is not true
            ? http.ChallengeAsync()
            : next(http);

    /// <summary>Signals are <see cref="Signals"/>' business: the framework's own handling would stop the HTTP server first.</summary>
    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
