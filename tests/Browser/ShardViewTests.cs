using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>Of a flow that several processes share, the page says how much of it is this process's.</summary>
public sealed class ShardViewTests(BrowserFixture fixture) : PageTest(fixture)
{
    protected override Dictionary<string, string> Settings() =>
        Fixture.Neighbours.Settings(("HOBOM_KEYS_FILE", Fixture.KeysPath), ("HOBOM_RELAY_SHARDS", "4"));

    [BrowserTheory]
    [InlineData("en-US", "Shards\n4 of 4 in this process")]
    [InlineData("ko-KR", "샤드\n전체 4개 중 이 프로세스 4개")]
    public async Task The_card_of_a_divided_flow_says_how_many_shards_are_here(string language, string words)
    {
        await UntilAsync("/pollers/messages", found => found.GetProperty("shards").GetProperty("held").GetArrayLength() == 4);
        var page = await SignedInAsync("reader", language, ColorScheme.Dark, 390);
        await page.WaitForSelectorAsync("[data-flow=messages] .facts");
        Assert.Contains(words, await page.InnerTextAsync("[data-flow=messages] .facts"), StringComparison.Ordinal);
        await Axe.FitsAsync(page, "overview with shards", null);
    }
}
