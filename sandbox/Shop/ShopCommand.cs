using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Sandbox.Shop;

/// <summary>The shop: it saves orders, and takes their events back by a handler of its own, a webhook and a topic.</summary>
public static class ShopCommand
{
    private const string Consumers = "hobom-event-processor/internal/api/v1/broker/consumers/";

    /// <summary>Every row of every table: schema, table, operation.</summary>
    private const string Pattern = "*.*.*";

    private static readonly string[] s_articles = ["tea", "coffee", "bread", "honey"];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(ShopOptions options, string key, CancellationToken stopping)
    {
        var counts = new ShopCounts();
        await using var page = await ReceiveAsync(counts);
        await using var broker = OwnBroker(options, counts);
        var handling = broker.RunAsync(stopping);
        try
        {
            await RegisterAsync(options.Processor, key, page.Urls.Single(), stopping);
            await SaveOrdersAsync(options, counts, page.Urls.Single(), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }

        await handling;
        return 0;
    }

    /// <summary>The receiver of the webhook, and what the shop says of itself.</summary>
    private static async Task<WebApplication> ReceiveAsync(ShopCounts counts)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var page = builder.Build();
        page.MapGet("/shop", () => counts.Summary);
        page.MapPost("/hook", () => counts.Called());
        await page.StartAsync();
        return page;
    }

    /// <summary>A process with handlers works on the same store as the processor: each handling goes to one of them.</summary>
    private static BrokerSlice OwnBroker(ShopOptions options, ShopCounts counts)
    {
        var settings = BrokerSettingsReader.Read(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOBOM_BROKER_PROVIDER"] = options.Provider,
            [options.Provider == "sqlite" ? "HOBOM_BROKER_SQLITE_FILE" : "HOBOM_BROKER_DATABASE_URL"] = options.Database,
            ["HOBOM_BROKER_WEBHOOKS_ALLOW_PRIVATE"] = "true",
        }).Match(
            read => read.IfNone(() => throw new UsageException("the broker is off")),
            problems => throw new UsageException(string.Join('\n', problems)));
        var broker = BrokerSlice.Build(settings, new BrokerTools(
            TimeProvider.System, Random.Shared.NextDouble, NullLoggerFactory.Instance, $"shop-{Environment.ProcessId}", null, null));
        broker.Subscribe("shop-handler", Pattern, (context, _) =>
        {
            counts.Handled(context.Event.Entity);
            return Task.CompletedTask;
        });
        return broker;
    }

    private static async Task RegisterAsync(Uri processor, string key, string receiver, CancellationToken stopping)
    {
        using var client = new HttpClient { BaseAddress = processor };
        client.DefaultRequestHeaders.Add("x-api-key", key);
        (string Name, object Consumer)[] consumers =
        [
            ("shop-webhook", new { kind = "webhook", pattern = Pattern, url = $"{receiver}/hook" }),
            ("shop-topic", new { kind = "kafka", pattern = Pattern, topic = "hobom.shop" }),
        ];
        foreach (var (name, consumer) in consumers)
        {
            // The processor's store may not be open yet.
            while (true)
            {
                using var answer = await client.PutAsJsonAsync(Consumers + name, consumer, stopping);
                if (answer.IsSuccessStatusCode)
                    break;
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                    throw new UsageException($"{name}: {await answer.Content.ReadAsStringAsync(stopping)}");
                await Task.Delay(TimeSpan.FromMilliseconds(200), stopping);
            }
        }
    }

    private static async Task SaveOrdersAsync(ShopOptions options, ShopCounts counts, string address, CancellationToken stopping)
    {
        await using (var first = OrdersContext.Open(options))
            await first.CreateTablesAsync(stopping);
        Console.WriteLine(JsonSerializer.Serialize(new { shop = address }));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / options.OrdersPerSecond));
        while (await timer.WaitForNextTickAsync(stopping))
        {
            await using var context = OrdersContext.Open(options);
            context.Add(new CustomerOrder { Article = s_articles[Random.Shared.Next(s_articles.Length)], Quantity = Random.Shared.Next(1, 9) });
            await context.SaveChangesAsync(stopping);
            counts.Saved();
        }
    }
}
