using System.Text.Json;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>Whoever writes events writes what operators see.</summary>
public sealed class SafetyTests(BrowserFixture fixture) : PageTest(fixture)
{
    const string Canary = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";

    string Evil => $"{Prefix}\"'><svg onload=alert(1)>";

    protected override async Task PrepareAsync()
    {
        await Letters.AddAsync([Evil], Canary, _ => JsonSerializer.Serialize(new { title = Canary, body = "</pre>" + Canary, recipient = "canary@doe.org" }));
        await Letters.AddAsync([$"{Prefix}plain"], "cannot reach canary@doe.org, Bearer abcdefghijklmnopqrstuvwxyz123456");
    }

    [BrowserFact]
    public async Task Nothing_in_a_letter_becomes_markup_and_all_of_it_is_shown()
    {
        var page = await SignedInAsync();
        foreach (var hash in (string[])
            [
                "#/", "#/letters", "#/letters/list", $"#/letters/list?text={Uri.EscapeDataString(Canary)}",
                $"#/letter?key={Uri.EscapeDataString($"dlq:menu:{Evil}")}", $"#/edit?key={Uri.EscapeDataString($"dlq:menu:{Evil}")}",
                "#/operations/%3Cimg%20src=x%20onerror=alert(1)%3E", "#/%3Cscript%3E",
            ])
        {
            ExpectedStatuses.Add(404);
            await ShowAsync(page, hash);
            await page.WaitForSelectorAsync("h1");
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle, new PageWaitForLoadStateOptions { Timeout = 3000 }).ContinueWith(_ => { }, TaskScheduler.Default);
            Assert.Equal(0, await page.Locator("#app img, #app script, #app svg[onload]").CountAsync());
            Assert.DoesNotContain("run", await page.TitleAsync(), StringComparison.Ordinal);
        }

        await ShowAsync(page, $"#/letter?key={Uri.EscapeDataString($"dlq:menu:{Evil}")}");
        await page.WaitForSelectorAsync(".payload");
        Assert.Contains(Canary, await page.InnerTextAsync(".story"), StringComparison.Ordinal);
        await page.ClickAsync("button:text-is('Unmask')");
        await page.FillAsync("dialog textarea", Canary);
        await page.ClickAsync("dialog [type=submit]");
        await page.WaitForSelectorAsync(".payload:has-text('onerror')");
        Assert.Equal(0, await page.Locator("#app img, #app script, #app svg[onload]").CountAsync());
        await page.ClickAsync("button:text-is('Bytes')");
        Assert.StartsWith("00000000  7b 22 ", await page.InnerTextAsync(".payload"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task A_reader_gets_nothing_unmasked_over_the_wire_and_no_button_that_changes_anything()
    {
        var page = await NewPageAsync();
        var bodies = new List<string>();
        page.Response += async (_, answer) =>
        {
            if (answer.Url.Contains("/dlq", StringComparison.Ordinal)) bodies.Add(await answer.TextAsync());
        };
        await page.GotoAsync("/");
        await page.FillAsync("input[name=key]", Fixture.Keys["reader"]);
        await page.Keyboard.PressAsync("Enter");
        foreach (var hash in (string[])["#/", "#/letters", "#/letters/list", $"#/letter?key=dlq%3Amenu%3A{Prefix}plain"])
        {
            await page.WaitForSelectorAsync("nav");
            await ShowAsync(page, hash);
            await page.WaitForSelectorAsync(".card, .facts, table");
            Assert.DoesNotContain("canary", await page.InnerTextAsync("body"), StringComparison.Ordinal);
        }

        await page.WaitForSelectorAsync(".payload");
        Assert.Equal(0, await page.Locator("main button:text-matches('Replay|Hold|Discard|Pause|Poll now')").CountAsync());
        Assert.NotEmpty(bodies);
        Assert.All(bodies, body => Assert.DoesNotContain("canary", body, StringComparison.Ordinal));
        Assert.DoesNotContain("relay_", await page.EvaluateAsync<string>("() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Signing_out_ends_it_and_a_wrong_key_says_so()
    {
        ExpectedStatuses.Add(401);
        var page = await SignedInAsync();
        var old = Assert.Single(await page.Context.CookiesAsync());
        Assert.Equal(("__Host-hobom", true, true, SameSiteAttribute.Strict), (old.Name, old.HttpOnly, old.Secure, old.SameSite));
        await page.ClickAsync("text=Sign out");
        await page.WaitForSelectorAsync("input[name=key]");
        using var replayed = new HttpRequestMessage(HttpMethod.Get, "/hobom-event-processor/internal/api/v1/pollers");
        replayed.Headers.Add("Cookie", $"{old.Name}={old.Value}");
        using var stranger = new HttpClient { BaseAddress = Processor.Http.BaseAddress };
        Assert.Equal(401, (int)(await stranger.SendAsync(replayed)).StatusCode);
        await page.FillAsync("input[name=key]", "relay_wrong_key");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".signin .bad");
    }
}
