namespace Hobom.Slices.Tests.Browser;

/// <summary>Letters by cause, while somebody is at one of them.</summary>
public sealed class CauseViewTests(BrowserFixture fixture) : PageTest(fixture)
{
    protected override Task PrepareAsync() => Letters.AddAsync(SampleLetters.Ids(Prefix, 3));

    [BrowserFact]
    public async Task A_cause_stays_under_the_pointer_where_more_has_come_and_all_are_shown_when_one_leaves()
    {
        var page = await SignedInAsync("operator");
        await ShowAsync(page, "#/letters");
        await page.HoverAsync(".group h2");
        var place = await page.Locator(".group").BoundingBoxAsync();
        await Letters.AddAsync([$"{Prefix}other"], "Broker: Topic authorization failed");
        await page.WaitForSelectorAsync(".pillbar button");
        Assert.Equal(1, await page.Locator(".group").CountAsync());
        Assert.Equal(place!.Y, (await page.Locator(".group").BoundingBoxAsync())!.Y);
        await Axe.FindsNothingAsync(page, "causes that have changed");
        await page.Mouse.MoveAsync(1, 1);
        await page.WaitForSelectorAsync(".group >> nth=1");
        Assert.Equal(0, await page.Locator(".pillbar button").CountAsync());
    }

    [BrowserFact]
    public async Task What_one_discards_is_gone_though_the_pointer_is_still_there()
    {
        var page = await SignedInAsync("operator");
        await ShowAsync(page, "#/letters");
        await page.ClickAsync(".group button:text-is('Discard')");
        await page.FillAsync("dialog textarea", "sent by hand");
        Assert.Contains("FAILED", await page.InnerTextAsync("dialog form"), StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("main .box.empty");
        Assert.Equal(0, await page.Locator(".group").CountAsync());
    }
}
