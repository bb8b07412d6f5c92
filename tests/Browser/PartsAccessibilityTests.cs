using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>The views of broker, links and streams, for those who see little and those who use no mouse.</summary>
public sealed class PartsAccessibilityTests(BrowserFixture fixture) : PartsTest(fixture)
{
    static readonly (string Hash, string? Picture)[] Views =
    [
        ("#/", "overview-parts"), ("#/broker", "broker"), ("EVENT", "event"), ("#/broker/dead", "given-up"), ("#/broker/replays", "replays"),
        ("#/broker/schemas", "schemas"), ("#/links", "links"), ("#/links?module=accounts&entity_type=user&entity_id=7", "entity"),
        ("#/links?module=none", null), ("#/streams", null), ("#/streams?stream=events:chat&kind=user&id=anna", "streams"),
        ("#/streams?kind=user&id=nobody", null), ("#/settings", null), ("#/letters/list?category=broker", null),
    ];

    [BrowserTheory]
    [InlineData("en-US", ColorScheme.Light, 1280)]
    [InlineData("ko-KR", ColorScheme.Dark, 390)]
    public async Task Axe_finds_nothing_in_any_view_or_dialog(string language, ColorScheme theme, int width)
    {
        ExpectedStatuses.Add(404);
        await PrepareViewsAsync();
        var page = await SignedInAsync("operator", language, theme, width);
        foreach (var (hash, picture) in Views)
            await Axe.FindsNothingInViewAsync(
                page, hash is "EVENT" ? $"#/broker/event?source=shop&id={Prefix}0" : hash, picture is null ? null : $"{picture}-{theme}".ToLowerInvariant());
        var dead = (await AskAsync("/broker/dead-letters")).GetProperty("handlings")[0].GetProperty("key").GetString()!;
        await Axe.FindsNothingInViewAsync(page, $"#/letter?key={Uri.EscapeDataString(dead)}");
        await page.WaitForSelectorAsync($".checks .badge.warn:has-text('{Prefix}3')");
        foreach (var (view, shown) in ((string, string)[])
            [("#/letters?category=broker", ".box.warn"), ("#/broker/replays", ".actions"), ("#/broker/schemas", ".actions")])
        {
            await ShowAsync(page, view);
            await page.ClickAsync("main .primary >> nth=0");
            await page.WaitForSelectorAsync($"dialog[open] {shown}");
            await Axe.FindsNothingAsync(page, $"dialog of {view}");
            await page.Keyboard.PressAsync("Escape");
            await page.WaitForFunctionAsync("() => !document.querySelector('dialog')");
        }
    }

    [BrowserFact]
    public async Task Keys_alone_give_an_event_again_and_go_along_a_link()
    {
        await GiveUpAsync(1);
        await LinkAsync("4711");
        Receiver.Status = 200;
        var page = await SignedInAsync("operator");
        await page.WaitForSelectorAsync("[data-consumer=billing] dd a");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("b");
        await page.WaitForSelectorAsync(".tabs");
        await ReachAsync(page, ".tabs a[href='#/broker/dead']");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync($"[aria-label='Give it again {Prefix}0 billing']");
        await ReachAsync(page, $"[aria-label='Give it again {Prefix}0 billing']");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".box.empty");

        await page.EvaluateAsync("() => document.activeElement.blur()");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("k");
        await page.WaitForSelectorAsync("tbody a");
        await ReachAsync(page, "tbody a");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("h2.entity:text-is('shop / order / 4711')");
    }

    async Task PrepareViewsAsync()
    {
        await GiveUpAsync(2);
        await SendAsync(HttpMethod.Post, "/broker/events", new { id = $"{Prefix}lonely", source = "shop", type = "lonely.event" });
        Receiver.Status = 200;
        await SendAsync(HttpMethod.Put, "/broker/consumers/search", new { kind = "webhook", pattern = "shop.**", url = Receiver.Address });
        foreach (var n in (int[])[3, 4, 5, 6]) await PublishAsync(n, "shop.order.ship");
        await SendAsync(HttpMethod.Put, "/broker/schemas/shop.order.create/1", new { schema = new { type = "object", required = new[] { "nr" } } });
        await SendAsync(HttpMethod.Post, "/broker/replays", new { consumer = "billing", only_dead = true });
        foreach (var order in (string[])["4711", "4712"]) await LinkAsync(order);
        await Fixture.Neighbours.Plain.StreamAddAsync("events:chat", [new("type", "message_sent"), new("user_id", $"{Prefix}ben")]);
        await Fixture.Neighbours.Plain.StreamAddAsync("events:auth", [new("type", "login"), new("user_id", "anna")]);
    }

    /// <summary>By Tab, as often as it takes; never more often than there are stops.</summary>
    static async Task ReachAsync(IPage page, string selector)
    {
        for (var n = 0; n < 80; n++)
        {
            if (await page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector)) return;
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"no Tab leads to {selector}");
    }
}
