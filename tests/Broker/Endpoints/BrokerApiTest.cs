using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Operating;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Broker.Endpoints;

/// <summary>The routes over a real socket, with the broker running on its memory store.</summary>
public abstract class BrokerApiTest : IAsyncLifetime
{
    readonly WebApplication app;
    readonly CancellationTokenSource stop = new();
    readonly List<byte[]> handled = [];
    Task running = Task.CompletedTask;

    /// <param name="clock">Of the routes; the broker has the system's.</param>
    protected BrokerApiTest(TimeProvider? clock = null)
    {
        var settings = BrokerSettingsReader.Read(new Dictionary<string, string> { ["HOBOM_BROKER_PROVIDER"] = "memory" })
            .Match(s => s.IfNone(() => throw new InvalidOperationException("off")), p => throw new InvalidOperationException(p[0]));
        Slice = BrokerSlice.Build(settings, new BrokerTools(TimeProvider.System, () => 0, NullLoggerFactory.Instance, "p1", null, null));
        Slice.Subscribe("bytes", "shop.**", (context, _) =>
        {
            lock (handled) handled.Add(context.Event.Payload.Match(p => p.ToArray(), () => []));
            return context.Event.Type.EndsWith(".bad", StringComparison.Ordinal) ? throw new InvalidOperationException("no") : Task.CompletedTask;
        }, c => c with { Retry = ConsumerRetry.Contract with { MaxRetries = 1, InitialDelay = TimeSpan.Zero } });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        Slice.AddTo(builder.Services, alone: true);
        builder.Services.AddSingleton(clock ?? TimeProvider.System)
            .AddSingleton(new AuditTrail(new StoreAudit(Slice).AppendAsync, TimeProvider.System, NullLogger<AuditTrail>.Instance))
            .AddFastEndpoints(o => (o.Assemblies, o.DisableAutoDiscovery) = ([typeof(BrokerSlice).Assembly], true));
        builder.Services.AddAuthentication("role").AddScheme<AuthenticationSchemeOptions, RoleHeader>("role", _ => { });
        builder.Services.AddAuthorization(o =>
        {
            foreach (var role in Role.All) o.AddPolicy(role, p => p.RequireRole(role));
        });
        app = builder.Build();
        app.UseAuthentication().UseAuthorization().UseFastEndpoints();
    }

    protected BrokerSlice Slice { get; }

    protected HttpClient Client { get; } = new();

    /// <summary>Payloads that the consumer <c>bytes</c> has had.</summary>
    protected IReadOnlyList<byte[]> Handled
    {
        get
        {
            lock (handled) return [.. handled];
        }
    }

    public async Task InitializeAsync()
    {
        await app.StartAsync();
        Client.BaseAddress = new Uri(app.Urls.First());
        running = Slice.RunAsync(stop.Token);
        while (Slice.Open is null) await Task.Delay(10);
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        Client.Dispose();
        await app.DisposeAsync();
        await Slice.DisposeAsync();
    }

    /// <summary>Ends what the process does, in its order; each has ten seconds.</summary>
    protected async Task StopAsync()
    {
        var limit = TimeSpan.FromSeconds(10);
        await stop.CancelAsync();
        await running.WaitAsync(limit);
        await app.StopAsync().WaitAsync(limit);
        await Slice.DisposeAsync().AsTask().WaitAsync(limit);
    }

    protected async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string path, string body)
    {
        using var request = Request(HttpMethod.Post, path, Role.Operator);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    protected async Task<JsonElement> GetAsync(string path, string role = RoleHeader.Backend)
    {
        using var answer = await Client.SendAsync(Request(HttpMethod.Get, path, role));
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    protected static HttpRequestMessage Request(HttpMethod method, string path, string role)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("role", role);
        return request;
    }

    protected static async Task<List<string>> IdsAsync(StreamReader lines, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var ids = new List<string>();
        while (ids.Count < count && await lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal)) ids.Add(JsonDocument.Parse(line[6..]).RootElement.GetProperty("id").GetString()!);
        }

        return ids;
    }
}
