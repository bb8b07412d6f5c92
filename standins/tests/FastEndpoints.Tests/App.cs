using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastEndpoints;
using FastEndpoints.Swagger;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NSwag;

namespace StandIns.FastEndpoints.Tests;

/// <summary>One application for all tests: the package's configuration is static in a process.</summary>
public sealed class App : IAsyncLifetime
{
    WebApplication app = null!;

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => app.Services;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Greeter>();
        builder.Services.AddAuthentication("Test").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("Test", _ => { });
        builder.Services.AddAuthorization(o => o.AddPolicy("named-ada", p => p.RequireUserName("ada")));
        builder.Services.AddFastEndpoints(o =>
        {
            o.DisableAutoDiscovery = true;
            o.Assemblies = [typeof(App).Assembly];
        });
        builder.Services.SwaggerDocument(o =>
        {
            o.EnableJWTBearerAuth = false;
            o.ShortSchemaNames = true;
            o.DocumentSettings = s =>
            {
                s.DocumentName = "v1";
                s.Title = "Test API";
                s.Version = "v7";
                s.Description = "All of it";
                s.AddAuth("ApiKey", new()
                {
                    Name = "x-api-key",
                    In = OpenApiSecurityApiKeyLocation.Header,
                    Type = OpenApiSecuritySchemeType.ApiKey,
                });
            };
        });

        app = builder.Build();
        app.UseAuthentication().UseAuthorization().UseFastEndpoints(c =>
        {
            c.Endpoints.RoutePrefix = "api";
            c.Endpoints.ShortNames = true;
            c.Serializer.Options.Converters.Add(new JsonStringEnumConverter());
            c.Endpoints.Filter = ep => ep.EndpointTags?.Contains("left-out") is not true;
            c.Endpoints.Configurator = ep =>
            {
                if (ep.Routes[0].Contains("configured", StringComparison.Ordinal))
                {
                    ep.AllowAnonymous();
                    ep.Options(b => b.WithMetadata("from the configurator"));
                    ep.PreProcessor<Stamp>(Order.Before);
                }
            };
            c.Errors.ResponseBuilder = (failures, ctx, status) => ctx.Request.Path.Value!.EndsWith("/own-errors", StringComparison.Ordinal)
                ? new { Title = "own", Status = status, Reasons = failures.Select(f => f.ErrorMessage) }
                : new ErrorResponse(failures, status);
        }).UseSwaggerGen();
        await app.StartAsync();
        Client = app.GetTestClient();
    }

    public async Task DisposeAsync() => await app.DisposeAsync();
}

[CollectionDefinition(nameof(App))]
public sealed class AppCollection : ICollectionFixture<App>;

public sealed class Greeter
{
    public string Greet(string name) => $"hello {name}";
}

/// <summary>The user of a request is what its headers say.</summary>
public sealed class HeaderAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers["x-user"].ToString() is not { Length: > 0 } name)
            return Task.FromResult(AuthenticateResult.NoResult());
        var claims = new List<Claim> { new("name", name) };
        claims.AddRange(Request.Headers["x-role"].Select(role => new Claim("role", role!)));
        claims.AddRange(Request.Headers["x-permission"].Select(permission => new Claim("permissions", permission!)));
        var user = new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme.Name, "name", "role"));
        return Task.FromResult(AuthenticateResult.Success(new(user, Scheme.Name)));
    }
}

static class Requests
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public static StringContent Json(string json) => new(json, MediaTypeHeaderValue.Parse("application/json"));

    public static HttpRequestMessage With(this HttpRequestMessage request, params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }
}
