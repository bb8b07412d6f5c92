using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hobom.Slices.Tests.Integration.Processor;
using Hobom.Slices.Tests.Support;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>Beside the relay the broker with its links, and the router with a stream in two shards.</summary>
public abstract class PartsTest(BrowserFixture fixture) : PageTest(fixture), IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("hobom-page-").FullName;

    protected Receiver Receiver { get; } = new() { Status = 422 };

    protected override Dictionary<string, string> Settings()
    {
        var settings = base.Settings();
        foreach (var (name, value) in Broker) settings[name] = value;
        settings["HOBOM_STREAMS_ENABLED"] = "true";
        settings["HOBOM_STREAMS_SHARDS"] = "chat=2";
        return settings;
    }

    /// <summary>Settings of the broker, a store of its own for each test.</summary>
    protected IEnumerable<(string Name, string Value)> Broker =>
    [
        ("HOBOM_BROKER_PROVIDER", "sqlite"), ("HOBOM_BROKER_SQLITE_FILE", Path.Combine(folder, "events.db")),
        ("HOBOM_BROKER_WEBHOOKS_ALLOW_PRIVATE", "true"), ("HOBOM_BROKER_RETRY_POLICY_MAX_RETRIES", "0"),
    ];

    /// <summary>A consumer whose receiver refuses, and as many events, all of one key, that it gives up.</summary>
    protected async Task GiveUpAsync(int events)
    {
        await SendAsync(HttpMethod.Put, "/broker/consumers/billing", new { kind = "webhook", pattern = "shop.**", url = Receiver.Address });
        for (var n = 0; n < events; n++) await PublishAsync(n, "shop.order.create");
        await Eventually.TrueAsync(
            async () => (await AskAsync("/broker/dead-letters")).GetProperty("handlings").GetArrayLength() == events,
            null, () => Processor.Output);
    }

    protected Task PublishAsync(int nr, string type) => SendAsync(
        HttpMethod.Post, "/broker/events", new { id = $"{Prefix}{nr}", source = "shop", type, ordering_key = "order-7", payload = new { nr } });

    protected Task LinkAsync(string order, string type = "reference") => SendAsync(HttpMethod.Post, "/links", new
    {
        source_module = "shop", source_entity_type = "order", source_entity_id = order,
        target_module = "accounts", target_entity_type = "user", target_entity_id = "7", link_type = type, metadata = new { role = "buyer" },
    });

    protected async Task<JsonElement> AskAsync(string path) => await Processor.Http.GetFromJsonAsync<JsonElement>($"{Api}{path}");

    /// <summary>Once the store is open.</summary>
    protected Task SendAsync(HttpMethod method, string path, object body) => Eventually.TrueAsync(
        async () =>
        {
            using var request = new HttpRequestMessage(method, $"{Api}{path}") { Content = JsonContent.Create(body) };
            using var answer = await Processor.Http.SendAsync(request);
            if (answer.StatusCode is HttpStatusCode.ServiceUnavailable) return false;
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return true;
        },
        TimeSpan.FromSeconds(60), () => Processor.Output);

    protected static Task<string[]> TextsAsync(IPage page, string selector) =>
        page.EvaluateAsync<string[]>("selector => [...document.querySelectorAll(selector)].map(e => e.textContent)", selector);

    public void Dispose()
    {
        Receiver.Dispose();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
