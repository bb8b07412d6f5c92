using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>What consumers have given up, replays from the store, and schemas.</summary>
public sealed class BrokerViewTests(BrowserFixture fixture) : PartsTest(fixture)
{
    [BrowserFact]
    public async Task What_a_consumer_gave_up_is_found_from_the_overview_and_given_again_one_and_all()
    {
        await GiveUpAsync(4);
        var page = await SignedInAsync("operator");
        var card = page.Locator("[data-consumer=billing]");
        foreach (var past in (string[])["hour", "24 hours"])
            await page.WaitForSelectorAsync($"[data-consumer=billing] .spans svg[aria-label*='The last {past}: 0 done, 4 failed tries']");
        await card.Locator("a:text-is('4')").ClickAsync();
        await page.WaitForSelectorAsync("tbody tr >> nth=3");
        Assert.All(await TextsAsync(page, "tbody tr strong"), name => Assert.Equal("billing", name));
        Assert.Contains("422", string.Join(' ', await TextsAsync(page, "tbody td[data-name=Error]")), StringComparison.Ordinal);

        Receiver.Status = 200;
        await page.ClickAsync($"[aria-label='Give it again {Prefix}0 billing']");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('tbody tr').length === 3");
        await page.ClickAsync("text=Replay all of them");
        await page.WaitForSelectorAsync("dialog [data-count='3']");
        await page.ClickAsync("dialog .primary");
        await page.WaitForSelectorAsync("li[data-state=finished]");
        await page.ClickAsync(".tabs a[href='#/broker/dead']");
        await page.WaitForSelectorAsync(".box.empty");
        Assert.Equal(
            Enumerable.Range(0, 4).Select(n => $"{{\"nr\":{n}}}"), Receiver.Received.Skip(4).Select(r => r.Body).Order(StringComparer.Ordinal));
    }

    [BrowserFact]
    public async Task A_replay_is_planned_in_the_form_counted_and_taken_back_and_a_reader_only_sees_it()
    {
        await GiveUpAsync(3);
        var page = await SignedInAsync("operator");
        await ShowAsync(page, "#/broker/replays");
        await page.WaitForSelectorAsync(".box.empty");
        await page.ClickAsync("main .primary");
        await page.FillAsync("dialog [name=pattern]", "shop.order.*");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("dialog [data-count='3']");
        await page.ClickAsync("dialog .actions button:not(.primary)");
        await page.WaitForSelectorAsync("li[data-state=cancelled]");
        Assert.Contains("shop.order.*", await page.InnerTextAsync("li[data-state=cancelled]"), StringComparison.Ordinal);
        Assert.Equal(3, Receiver.Received.Count);

        var reader = await SignedInAsync("reader");
        foreach (var view in (string[])["#/broker", "#/broker/dead", "#/broker/replays", "#/broker/schemas"])
        {
            await ShowAsync(reader, view);
            await reader.WaitForFunctionAsync("() => document.querySelector('main .box, main table, main .job') && !document.querySelector('[aria-busy]')");
            Assert.Equal(0, await reader.Locator("main button").CountAsync());
        }
    }

    [BrowserTheory]
    [InlineData(true, "UTC", "2026-11-28T08:00:00.000Z")]
    [InlineData(false, "Asia/Seoul", "2026-11-27T23:00:00.000Z")]
    public async Task A_time_is_taken_in_the_zone_in_which_times_are_shown(bool utc, string zone, string asked)
    {
        await GiveUpAsync(1);
        var page = await SignedInAsync("operator");
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Emulation.setTimezoneOverride", new Dictionary<string, object> { ["timezoneId"] = "Asia/Seoul" });
        await page.EvaluateAsync("utc => localStorage.setItem('hobom-page', JSON.stringify({ utc }))", utc);
        await page.ReloadAsync();
        await page.WaitForSelectorAsync("nav");
        await ShowAsync(page, "#/broker/replays");
        await page.ClickAsync("main .primary");
        await page.FillAsync($"dialog label:has-text('Created from ({zone})') input", "2026-11-28T08:00");
        var sent = await page.RunAndWaitForRequestAsync(
            () => page.ClickAsync("dialog [type=submit]"), r => r.Method == "POST" && r.Url.EndsWith("/broker/replays", StringComparison.Ordinal));
        Assert.Equal(asked, sent.PostDataJSON()!.Value.GetProperty("start_time").GetString());
    }

    [BrowserFact]
    public async Task A_replay_that_was_counted_is_taken_back_where_the_dialog_is_left_by_Escape()
    {
        await GiveUpAsync(1);
        var page = await SignedInAsync("operator");
        await ShowAsync(page, "#/broker/replays");
        await page.ClickAsync("main .primary");
        await page.ClickAsync("dialog [type=submit]");
        await page.WaitForSelectorAsync("dialog [data-count]");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForSelectorAsync("li[data-state=cancelled]");
    }

    [BrowserFact]
    public async Task A_letter_of_the_broker_speaks_of_its_consumer_and_of_no_record_and_no_row()
    {
        await GiveUpAsync(1);
        var page = await SignedInAsync("operator");
        await UntilAsync("/dlq/counts", found => found.GetProperty("total").GetInt32() == 1);
        await ShowAsync(page, "#/letters/list?category=broker");
        await page.ClickAsync("tr[data-key] a");
        await page.WaitForSelectorAsync(".story:has-text('It was not completed by its consumer.')");
        await page.ClickAsync(".do button:text-is('Discard')");
        var asked = await page.InnerTextAsync("dialog form");
        Assert.Contains("can be undone", asked, StringComparison.Ordinal);
        Assert.DoesNotMatch("Kafka|row|FAILED", asked + await page.InnerTextAsync(".story"));
    }

    [BrowserFact]
    public async Task What_an_event_holds_is_shown_with_a_reason_and_masked_again()
    {
        await GiveUpAsync(1);
        var page = await SignedInAsync("editor");
        await ShowAsync(page, $"#/broker/event?source=shop&id={Prefix}0");
        await page.WaitForSelectorAsync(".holds .box button");
        // It comes last, and pushes down what is below.
        await page.WaitForSelectorAsync(".box.warn:has-text('billing')");
        Assert.Equal(0, await page.Locator(".holds .payload, .holds input").CountAsync());
        await page.ClickAsync(".holds .box button");
        await page.FillAsync("dialog textarea", "ticket 4711");
        await page.ClickAsync("dialog [type=submit]");
        await page.WaitForSelectorAsync(".holds .payload:has-text('\"nr\": 0')");
        await page.ClickAsync(".holds .box button");
        await page.WaitForFunctionAsync("() => !document.querySelector('.holds .payload')");
        await UntilAsync("/audit?action=unmask", found => found.GetProperty("entries").EnumerateArray().Any(e =>
            e.GetProperty("result").GetString() == "shown" && e.GetProperty("reason").GetString() == "ticket 4711"));
    }

    [BrowserFact]
    public async Task A_schema_is_registered_as_it_was_typed_and_what_the_server_refuses_it_says()
    {
        ExpectedStatuses.UnionWith([409]);
        const string Typed = """{"type":"object","required":["nr"],"properties":{"nr":{"type":"integer","maximum":12345678901234567890}}}""";
        var page = await SignedInAsync("operator");
        await ShowAsync(page, "#/broker/schemas");
        await page.WaitForSelectorAsync(".box.empty");
        await RegisterAsync(page, "1", Typed);
        await page.WaitForSelectorAsync("section[data-type='shop.order.create']");
        Assert.Contains("12345678901234567890", await page.InnerTextAsync("section .payload"), StringComparison.Ordinal);

        await RegisterAsync(page, "2", "{ no json");
        await page.WaitForSelectorAsync("dialog .box.bad");
        await page.FillAsync("dialog [name=schema]", """{"type":"object","required":["id"]}""");
        await page.ClickAsync("dialog [type=submit]");
        await page.WaitForSelectorAsync("dialog .box.bad:has-text('not compatible')");
        await page.FillAsync("dialog [name=upcast]", """[{"op":"move","from":"/nr","path":"/id"}]""");
        await page.ClickAsync("dialog [type=submit]");
        await page.WaitForSelectorAsync("section summary:has-text('Version 2')");
        Assert.Contains("/nr", await page.InnerTextAsync("section details[open]"), StringComparison.Ordinal);
    }

    static async Task RegisterAsync(IPage page, string version, string schema)
    {
        await page.ClickAsync("main .primary");
        await page.FillAsync("dialog [name=type]", "shop.order.create");
        await page.FillAsync("dialog [name=version]", version);
        await page.FillAsync("dialog [name=schema]", schema);
        await page.ClickAsync("dialog [type=submit]");
    }
}
