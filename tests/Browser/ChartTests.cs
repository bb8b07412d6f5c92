using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>What came, waited, was replayed and how long Kafka took, as pictures and as tables.</summary>
public sealed class ChartTests(BrowserFixture fixture) : PageTest(fixture)
{
    [BrowserTheory]
    [InlineData("en-US", ColorScheme.Light, 1280)]
    [InlineData("ko-KR", ColorScheme.Dark, 390)]
    public async Task They_tell_what_happened_and_what_is_not_known(string language, ColorScheme theme, int width)
    {
        // Those that are there when it starts are none that came.
        await UntilAsync("/dlq/counts", found => found.GetProperty("total").GetInt32() == 0);
        await AddLettersAsync(SampleLetters.Ids(Prefix, 3), 3);
        await Letters.AddPendingAsync(SampleLetters.Ids($"{Prefix}p", 40));
        await UntilAsync("/dlq/history", found => found.GetProperty("open").EnumerateArray().Any(n => n.ValueKind != System.Text.Json.JsonValueKind.Null && n.GetInt32() == 3));
        await UntilAsync("/pollers/latency", found => found.GetProperty("items")[0].GetProperty("published").EnumerateArray()
            .Sum(n => n.ValueKind == System.Text.Json.JsonValueKind.Null ? 0 : n.GetInt64()) == 40);
        var page = await SignedInAsync("operator", language, theme, width);
        await ShowAsync(page, $"#/letter?key=dlq%3Amenu%3A{Prefix}0001");
        await page.ClickAsync(".do .primary");
        await page.WaitForSelectorAsync("[data-outcome=delivered]");

        await Axe.FindsNothingInViewAsync(page, "#/charts", $"charts-{theme.ToString().ToLowerInvariant()}");
        await page.ClickAsync("nav a[href='#/charts']");
        Assert.Equal(5, await page.Locator(".chart").CountAsync());
        Assert.Contains("100", await page.InnerTextAsync(".chart >> nth=3"), StringComparison.Ordinal);
        // An hour has not passed: most of it is grey, and in the table a word and no zero.
        Assert.Contains("h8.0v64", await page.GetAttributeAsync(".chart >> nth=1 >> .gap", "d"), StringComparison.Ordinal);
        await page.ClickAsync(".chart >> nth=1 >> summary");
        var told = await page.Locator(".chart >> nth=1 >> tbody td:nth-child(2)").AllInnerTextsAsync();
        Assert.Equal(60, told.Count);
        Assert.Equal(language == "ko-KR" ? "알 수 없음" : "not known", told[0]);
        Assert.Matches("^[23]$", told[^1]);
        await Axe.FindsNothingAsync(page, "charts, a table");
        await page.ClickAsync(".tabs a[href*='72h']");
        await page.WaitForSelectorAsync(".tabs a[aria-current][href*='72h']");
        await page.SelectOptionAsync(".filters select", "class");
        await page.WaitForSelectorAsync($".chart .series:has-text('{(language == "ko-KR" ? "일시적" : "transient")}')");
    }
}
