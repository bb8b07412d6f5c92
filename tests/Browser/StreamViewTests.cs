using StackExchange.Redis;

namespace Hobom.Slices.Tests.Browser;

/// <summary>The router's streams: lag and what is pending, who owns each shard, the state of a key.</summary>
public sealed class StreamViewTests(BrowserFixture fixture) : PartsTest(fixture)
{
    [BrowserFact]
    public async Task A_stream_is_paused_from_its_card_falls_behind_and_goes_on()
    {
        var page = await SignedInAsync("operator");
        var card = page.Locator("article[data-stream='events:auth']");
        await card.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Pause events:auth" }).ClickAsync();
        await page.WaitForSelectorAsync("article[data-stream='events:auth'] button:text-is('Resume')");
        await LoginAsync(3);
        await ShowAsync(page, "#/streams?stream=events:auth");
        await page.WaitForSelectorAsync("tr:has-text('events:auth') td[data-name=Lag]:text-is('3')");
        await page.WaitForSelectorAsync("section[data-stream='events:auth'] table");
        await page.ClickAsync("[aria-label='Resume events:auth']");
        await page.WaitForSelectorAsync("tr:has-text('events:auth') td[data-name=Lag]:text-is('0')");

        await page.FillAsync("[name=kind]", "user");
        await page.FillAsync("[name=id]", $"{Prefix}anna");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("tr:has-text('login_count') td:text-is('3')");
        await page.ReloadAsync();
        await page.WaitForSelectorAsync("tr:has-text('login_count') td:text-is('3')");
        await page.FillAsync("[name=id]", "nobody");
        ExpectedStatuses.Add(404);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("text=There is no such state.");
    }

    [BrowserFact]
    public async Task Each_shard_says_who_owns_it_and_what_is_pending_there()
    {
        var page = await SignedInAsync("reader");
        await Fixture.Neighbours.Plain.StreamAddAsync("events:chat", [new("type", "message_sent"), new("user_id", $"{Prefix}ben")]);
        await ShowAsync(page, "#/streams?stream=events:chat");
        await page.WaitForFunctionAsync("""
            () => [...document.querySelectorAll('section[data-stream] table')].some(t => t.caption.textContent === 'Shards'
              && [...t.tBodies[0].rows].map(r => r.cells[0].textContent + r.cells[1].textContent + r.cells[2].textContent).join() === '0✓this process0,1✓this process0')
            """);
        Assert.Equal(0, await page.Locator("main tbody button").CountAsync());
    }

    async Task LoginAsync(int times)
    {
        for (var n = 0; n < times; n++)
            await Fixture.Neighbours.Plain.StreamAddAsync("events:auth", [new NameValueEntry("type", "login"), new NameValueEntry("user_id", $"{Prefix}anna")]);
    }
}
