using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using FastEndpoints;
using FastEndpoints.Swagger;
using Hobom.Slices.Audit;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Masking;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Runtime;
using Hobom.Slices.Tests.Integration.Redis;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>The routes of the dead letters over a real Redis; who asks is said in headers.</summary>
public sealed class LettersApi : IAsyncDisposable
{
    /// <summary>Not a role: who asks by the internal key, and has them all.</summary>
    public const string Backend = "backend";

    readonly WebApplication app;

    LettersApi(WebApplication app)
    {
        this.app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }

    public HttpClient Http { get; }

    public static async Task<LettersApi> StartedAsync(RedisFixture redis, TimeProvider clock, LetterCatalogue? catalogue = null, params Slice[] slices)
    {
        if (catalogue is null) (await redis.Feed.LoadAsync()).Right();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var audit = new RedisAuditLog(redis.Connection);
        var trail = new AuditTrail(audit.AppendAsync, clock, NullLogger<AuditTrail>.Instance);
        builder.Services.AddSingleton(clock).AddSingleton(redis.Store).AddSingleton(catalogue ?? redis.Catalogue).AddSingleton(redis.Feed).AddSingleton(audit)
            .AddSingleton(new LetterKinds(catalogue ?? redis.Catalogue, ["threw", "timed-out"]))
            .AddSingleton(new GroupNotes(redis.Connection, catalogue ?? redis.Catalogue, clock)).AddSingleton(trail).AddSingleton(new RedisTombstones(redis.Connection)).AddSingleton(new RedisStoreHealth(redis.Connection, clock))
            .AddSingleton(new MaskRules(slices.Select(s => (s.Route.Category, s.Payloads)))).AddSingleton(new ReplayRunner(redis.Store, slices, trail, clock) { Past = (catalogue ?? redis.Catalogue).Past })
            .AddSingleton<LetterAnswers>().AddSingleton<CloserLook>().AddSingleton(new LetterEditor(redis.Store, slices, trail, clock))
            .AddSingleton(TraceLink.Parse("https://traces.example/t/{traceId}?from=hobom")!).AddSingleton(new RedisReplayJobs(redis.Connection)).AddSingleton(new LetterOwners(slices))
            .AddSingleton<ReplayJobRunner>().AddSingleton<ReplayJobPlanner>().AddSingleton<ReplayAtHolder>().AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        builder.Services.AddAuthentication("headers").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("headers", _ => { });
        builder.Services.AddAuthorization(o =>
        {
            foreach (var role in Role.All) o.AddPolicy(role, policy => policy.RequireRole(role));
        });
        builder.Services.AddFastEndpoints(o =>
        {
            o.DisableAutoDiscovery = true;
            o.Assemblies = [typeof(ReplayRunner).Assembly, typeof(PollerControl).Assembly];
            // There are no pollers here.
            o.Filter = type => type.Namespace != typeof(PollerControl).Namespace;
        });
        builder.Services.SwaggerDocument(o => o.DocumentSettings = s => s.DocumentName = "v1");
        var built = builder.Build();
        built.UseAuthentication();
        built.UseAuthorization();
        built.UseFastEndpoints();
        built.UseSwaggerGen();
        await built.StartAsync();
        return new LettersApi(built);
    }

    public Task<(int Status, JsonElement Body)> GetAsync(string path, string role = Backend) => SendAsync(HttpMethod.Get, path, null, role);

    public Task<(int Status, JsonElement Body)> PostAsync(string path, object? body, string role = Role.Editor) =>
        SendAsync(HttpMethod.Post, path, JsonContent.Create(body), role);

    public Task<(int Status, JsonElement Body)> PutAsync(string path, object body) =>
        SendAsync(HttpMethod.Put, path, JsonContent.Create(body), Role.Editor);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, HttpContent? body, string role)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Add("role", role);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 20_000 }).RootElement);
    }

    sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var role = Request.Headers["role"].ToString();
            var roles = (role is Backend ? Role.All : Role.Held([role])).Select(r => new Claim(ClaimTypes.Role, r));
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna"), .. roles], "headers");
            if (role is Backend) identity.AddClaim(new Claim(Role.BackendClaim, "true"));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), "headers")));
        }
    }
}
