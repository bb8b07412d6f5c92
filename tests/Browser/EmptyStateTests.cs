using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>Nothing there: since when that is so, and what went undelivered.</summary>
public sealed class EmptyStateTests(BrowserFixture fixture) : PageTest(fixture)
{
    [BrowserTheory]
    [InlineData("en-US", ColorScheme.Light, 1280, "No failure since", "Last failure", "expired 1", "Redis has dropped 2 letters")]
    [InlineData("ko-KR", ColorScheme.Dark, 390, "이후 실패가 없습니다", "마지막 실패", "만료 1", "레터 2건을 제거했습니다")]
    public async Task Where_no_letter_waits_the_last_failure_is_told_and_what_is_lost_is_an_incident(
        string language, ColorScheme theme, int width, string never, string last, string expired, string evicted)
    {
        await UntilAsync("/dlq/counts", found => found.GetProperty("total").GetInt32() == 0);
        var page = await SignedInAsync("operator", language, theme, width);
        foreach (var hash in (string[])["#/letters", "#/letters/list", "#/"])
        {
            await ShowAsync(page, hash);
            await page.WaitForSelectorAsync($".box:has-text('{never}')");
        }

        await AddLettersAsync([$"{Prefix}0"], 1);
        await ExpireAsync($"{Prefix}0");
        foreach (var hash in (string[])["#/letters", "#/letters/list"])
        {
            await ShowAsync(page, hash);
            await page.WaitForSelectorAsync($".box:has-text('{last}')");
        }

        // Counted twice a minute.
        var other = await SignedInAsync("reader", language, theme, width);
        await other.WaitForSelectorAsync($".chip.gone:has-text('{expired}')");
        Assert.Equal(0, await other.Locator(".chip.gone.bad").CountAsync());
        Assert.Equal(0, await other.Locator("[role=alert]").CountAsync());
        await EvictTwoAsync();
        await other.ReloadAsync();
        await other.WaitForSelectorAsync($"[role=alert]:has-text('{evicted}')");
        await Axe.FindsNothingAsync(other, "overview with an incident");
        await Axe.FitsAsync(other, "overview with an incident", null);
        await other.ClickAsync("[role=alert] a");
        await other.WaitForSelectorAsync("tbody tr >> nth=1");
        Assert.Equal(2, await other.Locator("tbody tr").CountAsync());
    }

    /// <summary>As after 72 hours.</summary>
    async Task ExpireAsync(string id)
    {
        var end = DateTimeOffset.UtcNow.AddSeconds(1);
        await Fixture.Neighbours.Plain.SortedSetAddAsync("dlqx:exp:menu", id, end.ToUnixTimeMilliseconds());
        await Fixture.Neighbours.Plain.KeyExpireAsync($"dlq:menu:{id}", end.UtcDateTime);
        await UntilAsync("/dlq/tombstones/counts", found => found.GetProperty("expired").GetInt32() == 1);
        await UntilAsync("/dlq/counts", found => found.GetProperty("total").GetInt32() == 0);
    }

    /// <summary>As where Redis had no room: it says of two like the first that they went before their time.</summary>
    async Task EvictTwoAsync()
    {
        var stone = (await Fixture.Neighbours.Plain.StreamRangeAsync("dlqx:tombstones", count: 1))[0]["t"].ToString();
        for (var n = 0; n < 2; n++)
            await Fixture.Neighbours.Plain.StreamAddAsync("dlqx:tombstones", "t", stone.Replace("\"expired\"", "\"evicted\"", StringComparison.Ordinal));
        await UntilAsync("/dlq/tombstones/counts", found => found.GetProperty("evicted").GetInt32() == 2 && !found.GetProperty("more").GetBoolean());
    }
}
