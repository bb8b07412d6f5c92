namespace Hobom.Slices.Tests.Browser;

/// <summary>Links of an entity, both ways.</summary>
public sealed class LinkViewTests(BrowserFixture fixture) : PartsTest(fixture)
{
    [BrowserFact]
    public async Task From_an_entity_one_goes_along_its_links_both_ways()
    {
        await LinkAsync("4711");
        await LinkAsync("4712", "aggregate_root");
        var page = await SignedInAsync("reader");
        await ShowAsync(page, "#/links");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('tbody tr').length === 2");
        await page.ClickAsync("tbody a:text-is('shop / order / 4711')");
        await page.WaitForSelectorAsync("h2.entity:text-is('shop / order / 4711')");
        await page.WaitForSelectorAsync("section[aria-label='Led to from'] .box.empty");
        await page.ClickAsync("section[aria-label='Leads to'] a:text-is('accounts / user / 7')");
        await page.WaitForSelectorAsync("h2.entity:text-is('accounts / user / 7')");
        await page.WaitForSelectorAsync("section[aria-label='Led to from'] li >> nth=1");
        Assert.Equal(["shop / order / 4711", "shop / order / 4712"], (await TextsAsync(page, "section[aria-label='Led to from'] a")).Order(StringComparer.Ordinal));
        Assert.Equal(0, await page.Locator(".meta").CountAsync());

        await page.SelectOptionAsync("[name=link_type]", "aggregate_root");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.ends li').length === 1");
        await page.FillAsync("[name=entity_id]", "nobody");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("section[aria-label='Led to from'] .box.empty");
        await page.FillAsync("[name=module]", "");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".hint:has-text('wants its module')");
    }

    [BrowserFact]
    public async Task Where_there_is_nothing_each_view_says_so_and_what_a_link_carries_is_for_operators()
    {
        var page = await SignedInAsync("operator");
        await ShowAsync(page, "#/links");
        await page.WaitForSelectorAsync(".box.empty:has-text('There are no links.')");
        foreach (var view in (string[])["#/letters", "#/letters/list", "#/operations", "#/gone", "#/broker/dead", "#/broker/replays", "#/broker/schemas"])
        {
            await ShowAsync(page, view);
            await page.WaitForSelectorAsync(".box.empty");
        }

        await LinkAsync("4711");
        await ShowAsync(page, "#/links?module=accounts&entity_type=user&entity_id=7");
        await page.WaitForSelectorAsync(".meta:has-text('buyer')");
    }
}
