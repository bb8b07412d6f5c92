using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>What a letter holds: masked for everybody, shown to who says why, searched and folded.</summary>
public sealed class UnmaskTests(BrowserFixture fixture) : PageTest(fixture)
{
    string Hash => $"#/letter?key=dlq%3Amenu%3A{Prefix}0000";

    protected override Task PrepareAsync() => Letters.AddAsync(
        SampleLetters.Ids(Prefix, 2), payload: _ => JsonSerializer.Serialize(new { title = "Welcome", recipient = "canary@doe.org", to = new { name = "canary", street = "Canary Wharf" } }));

    [BrowserTheory]
    [InlineData("en-US", ColorScheme.Light, 1280)]
    [InlineData("ko-KR", ColorScheme.Dark, 390)]
    public async Task It_is_shown_with_a_reason_that_the_audit_keeps_and_masked_again_when_the_view_is_left(string language, ColorScheme theme, int width)
    {
        var page = await NewPageAsync(language, theme, width);
        var bodies = new List<string>();
        page.Response += async (_, answer) =>
        {
            if (answer.Url.Contains("/dlq", StringComparison.Ordinal)) bodies.Add(await answer.TextAsync());
        };
        await page.GotoAsync("/");
        await page.FillAsync("input[name=key]", Fixture.Keys["editor"]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("nav");
        await ShowAsync(page, Hash);
        await page.WaitForSelectorAsync(".holds .box button");
        Assert.DoesNotContain("canary", await page.InnerTextAsync("body"), StringComparison.OrdinalIgnoreCase);
        Assert.All(bodies, body => Assert.DoesNotContain("canary", body, StringComparison.OrdinalIgnoreCase));

        // They come last, and push down what is below.
        await page.WaitForSelectorAsync(".checks li >> nth=3");
        await page.ClickAsync(".holds .box button");
        await page.WaitForSelectorAsync("dialog[open] textarea:focus");
        await Axe.FindsNothingAsync(page, "unmask");
        await page.ClickAsync("dialog [type=submit]");
        Assert.True(await page.IsVisibleAsync("dialog"));
        await page.FillAsync("dialog textarea", "ticket 4711");
        await page.ClickAsync("dialog [type=submit]");
        await page.WaitForSelectorAsync(".payload:has-text('canary@doe.org')");
        await Axe.FindsNothingAsync(page, "unmasked");
        await Axe.FitsAsync(page, "unmasked", null);
        await SearchAndFoldAsync(page);
        Assert.DoesNotContain("canary", await page.EvaluateAsync<string>("() => JSON.stringify({ ...localStorage, ...sessionStorage })"), StringComparison.OrdinalIgnoreCase);

        await ShowAsync(page, "#/letters/list");
        await page.WaitForSelectorAsync("tr[data-key]");
        bodies.Clear();
        await ShowAsync(page, Hash);
        await page.WaitForSelectorAsync(".holds .box button");
        Assert.DoesNotContain("canary", await page.InnerTextAsync("body"), StringComparison.OrdinalIgnoreCase);
        Assert.All(bodies, body => Assert.DoesNotContain("canary", body, StringComparison.OrdinalIgnoreCase));
        await UntilAsync("/audit?action=unmask", found => found.GetProperty("entries").EnumerateArray().Any(e =>
            e.GetProperty("result").GetString() == "shown" && e.GetProperty("reason").GetString() == "ticket 4711" && e.GetProperty("actor").GetString() == "test-editor"));
    }

    [BrowserFact]
    public async Task An_operator_without_the_role_is_told_which_one_it_takes()
    {
        var page = await SignedInAsync("operator");
        await ShowAsync(page, Hash);
        await page.WaitForSelectorAsync(".holds .box:has-text('role payload')");
        Assert.Equal(0, await page.Locator(".holds .box button").CountAsync());
        Assert.Equal(0, await page.Locator(".timeline + p").CountAsync());
        Assert.DoesNotContain("canary", await page.InnerTextAsync("body"), StringComparison.OrdinalIgnoreCase);
    }

    [BrowserFact]
    public async Task An_auditor_comes_from_its_timeline_to_who_unmasked_it_and_why()
    {
        using var shown = await Processor.Http.PostAsJsonAsync($"{Api}/dlq/-/unmask?key=dlq%3Amenu%3A{Prefix}0000", new { reason = "ticket 4711" });
        Assert.True(shown.IsSuccessStatusCode);
        using var other = await Processor.Http.PostAsJsonAsync($"{Api}/dlq/-/unmask?key=dlq%3Amenu%3A{Prefix}0001", new { reason = "ticket 4712" });
        Assert.True(other.IsSuccessStatusCode);
        var page = await SignedInAsync("auditor");
        await ShowAsync(page, Hash);
        await page.ClickAsync(".timeline + p a");
        await page.WaitForSelectorAsync("td:has-text('ticket 4711')");
        Assert.Equal(0, await page.Locator("td:has-text('ticket 4712')").CountAsync());
    }

    static async Task SearchAndFoldAsync(IPage page)
    {
        await page.FillAsync(".holds input[type=search]", "CANARY");
        Assert.Equal(3, await page.Locator(".payload mark").CountAsync());
        await page.ClickAsync(".holds .row > button >> nth=1");
        Assert.False(await page.IsVisibleAsync(".payload mark:text-is('Canary')"));
        await page.FocusAsync(".holds input[type=search]");
        for (var n = 0; n < 3; n++) await page.Keyboard.PressAsync("Enter");
        Assert.True(await page.IsVisibleAsync(".payload mark.here:text-is('Canary')"));
    }
}
