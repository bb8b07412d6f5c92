using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Browser;

/// <summary>The page of a process that has the broker and nothing beside it: it speaks of no Kafka, no Redis and no letters.</summary>
public sealed class BrokerAlonePageTests(BrowserFixture fixture) : PartsTest(fixture)
{
    protected override Dictionary<string, string> Settings() => new(
        Broker.Append(("HOBOM_HTTP_ADDR", $"127.0.0.1:{LoopbackPort.Free()}")).Append(("HOBOM_KEYS_FILE", Fixture.KeysPath))
            .Append(("HOBOM_INTERNAL_API_KEY", Integration.Processor.RunningProcessor.InternalKey)).Select(s => KeyValuePair.Create(s.Item1, s.Item2)),
        StringComparer.Ordinal);

    [BrowserFact]
    public async Task It_shows_what_is_there_and_all_of_it_works()
    {
        await GiveUpAsync(2);
        var page = await SignedInAsync("operator");
        await page.WaitForSelectorAsync(".pulse[data-state=good]");
        await page.WaitForSelectorAsync("[data-consumer=billing]");
        Assert.Equal(["Overview", "Broker", "Links", "Settings"], await TextsAsync(page, "nav a"));
        var strip = await page.InnerTextAsync(".strip");
        Assert.Contains("sqlite", strip, StringComparison.Ordinal);
        Assert.Contains("2 failed", strip, StringComparison.Ordinal);
        Assert.DoesNotMatch("Kafka|Redis|Dead letters", await page.InnerTextAsync("main"));
        Assert.Equal("", await page.InnerTextAsync(".news"));

        await page.ClickAsync("[data-consumer=billing] button");
        await page.WaitForSelectorAsync("[data-consumer=billing] button:text-is('Resume')");
        await page.FillAsync("#search", $"{Prefix}1");
        await page.Keyboard.PressAsync("Enter");
        await page.ClickAsync($"tbody a:text-is('{Prefix}1')");
        await page.WaitForSelectorAsync(".way li.bad");
        await page.WaitForSelectorAsync("text=waits for an operator");
        await ShowAsync(page, "#/letters");
        await page.WaitForSelectorAsync("h1:text-is('There is no such view')");

        var auditor = await SignedInAsync("auditor");
        await ShowAsync(auditor, "#/audit");
        await auditor.WaitForSelectorAsync("td:text-is('pause consumer')");
    }
}

/// <summary>The same, and the store is away.</summary>
public sealed class BrokerWithoutStorePageTests(BrowserFixture fixture) : PartsTest(fixture)
{
    protected override Dictionary<string, string> Settings() => new(StringComparer.Ordinal)
    {
        ["HOBOM_BROKER_PROVIDER"] = "postgres", ["HOBOM_BROKER_DATABASE_URL"] = "Host=127.0.0.1;Port=1;Username=none;Password=none;Database=none;Timeout=2",
        ["HOBOM_HTTP_ADDR"] = $"127.0.0.1:{LoopbackPort.Free()}", ["HOBOM_KEYS_FILE"] = Fixture.KeysPath,
    };

    [BrowserFact]
    public async Task Every_view_says_that_the_store_is_away_and_none_looks_empty()
    {
        var page = await SignedInAsync("operator");
        await page.WaitForSelectorAsync(".strip .chip.bad >> nth=0");
        foreach (var view in (string[])["#/", "#/broker", "#/broker/dead", "#/broker/replays", "#/broker/schemas", "#/links", "#/links?module=a&entity_type=b&entity_id=c"])
        {
            await ShowAsync(page, view);
            await page.WaitForSelectorAsync("main .box.bad");
            await page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy]')");
            Assert.Contains("the store is not open yet", await page.InnerTextAsync("main"), StringComparison.Ordinal);
            Assert.Equal(0, await page.Locator("main .box.empty").CountAsync());
        }
    }
}
