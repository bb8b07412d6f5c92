using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>However hard one clicks, and however many do.</summary>
public sealed class SendOnceTests(BrowserFixture fixture) : PageTest(fixture)
{
    protected override Task PrepareAsync() => Letters.AddAsync(SampleLetters.Ids(Prefix, 3));

    [BrowserFact]
    public async Task A_double_click_and_two_browsers_at_once_publish_once()
    {
        ExpectedStatuses.UnionWith([404, 409]);
        var (first, second) = (await SignedInAsync(), await SignedInAsync("operator"));
        await OpenAsync(first, $"{Prefix}0000");
        await first.DblClickAsync(".do .primary");
        await first.WaitForSelectorAsync("[data-outcome=delivered]");

        await OpenAsync(first, $"{Prefix}0001");
        await OpenAsync(second, $"{Prefix}0001");
        await Task.WhenAll(first.ClickAsync(".do .primary"), second.ClickAsync(".do .primary"));
        foreach (var page in (IPage[])[first, second])
            await page.WaitForSelectorAsync("[data-outcome], .box.empty");

        await Fixture.Neighbours.Messages.CatchUpAsync();
        foreach (var id in SampleLetters.Ids(Prefix, 2)) Assert.Single(Fixture.Neighbours.Messages.Of(id));
        Assert.Empty(Fixture.Neighbours.Messages.Of($"{Prefix}0002"));
    }

    static async Task OpenAsync(IPage page, string id)
    {
        await ShowAsync(page, $"#/letter?key=dlq%3Amenu%3A{id}");
        await page.WaitForSelectorAsync($"h1:text-is('{id}') >> xpath=ancestor::article >> .do .primary");
    }
}
