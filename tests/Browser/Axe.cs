using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>axe-core, all of its rules, on what is shown now.</summary>
static class Axe
{
    /// <summary>A desk, the same at 200 %, and a phone.</summary>
    static readonly (int Width, int Height)[] Sizes = [(1280, 800), (640, 400), (390, 844)];
    static readonly string? Pictures = Environment.GetEnvironmentVariable("HOBOM_PICTURES");

    public static async Task FindsNothingAsync(IPage page, string what)
    {
        var found = await page.RunAxe();
        Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{what}: {v.Id}: {n.Html}")));
    }

    /// <summary>Goes to a view, waits until it has all it asks for, and looks at it; it fits a desk and a phone.</summary>
    /// <param name="picture">Its name among the pictures, where HOBOM_PICTURES names a folder for them.</param>
    public static async Task FindsNothingInViewAsync(IPage page, string hash, string? picture = null)
    {
        await PageTest.ShowAsync(page, hash);
        await page.WaitForSelectorAsync(".card, .facts, table, .box, main form");
        await page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy]')");
        await FindsNothingAsync(page, hash);
        var size = page.ViewportSize!;
        foreach (var (width, height) in Sizes)
        {
            await page.SetViewportSizeAsync(width, height);
            Assert.True(
                await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{hash} is wider than {width}");
            if (picture is not null && Pictures is { Length: > 0 } && width != 640)
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{picture}-{width}.png"), FullPage = true });
        }

        await page.SetViewportSizeAsync(size.Width, size.Height);
    }
}
