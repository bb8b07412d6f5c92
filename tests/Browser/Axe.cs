using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>axe-core, all of its rules, on what is shown now.</summary>
static class Axe
{
    /// <summary>A desk, the same at 200 %, and a phone.</summary>
    static readonly (int Width, int Height)[] Sizes = [(1280, 800), (640, 400), (390, 844)];
    static readonly string? Pictures = Environment.GetEnvironmentVariable("HOBOM_PICTURES");

    /// <summary>Run in the page itself, and asked for nothing but violations: the package's own way opens a page for each look.</summary>
    static readonly Lazy<string> Source = new(new BundledAxeScriptProvider().GetScript);

    const string Look = """
        rules => window.axe.run(document, { resultTypes: ['violations'], ...rules && { runOnly: rules } })
          .then(found => found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html}`)))
        """;

    static readonly string[] RulesOfColours = ["color-contrast", "link-in-text-block"];
    static readonly ColorScheme[] Themes = [ColorScheme.Dark, ColorScheme.Light];

    /// <summary>All rules in the theme that is shown, and in the other one those of colours.</summary>
    public static async Task FindsNothingAsync(IPage page, string what)
    {
        if (!await page.EvaluateAsync<bool>("() => !!window.axe")) await page.EvaluateAsync(Source.Value);
        await LookAsync(page, what, null);
        var shown = await page.EvaluateAsync<bool>("() => matchMedia('(prefers-color-scheme: dark)').matches") ? ColorScheme.Dark : ColorScheme.Light;
        foreach (var theme in Themes.Where(t => t != shown).Append(shown))
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme });
            if (theme != shown) await LookAsync(page, $"{what}, {theme}", RulesOfColours);
        }
    }

    static async Task LookAsync(IPage page, string what, string[]? rules) =>
        Assert.Equal([], (await page.EvaluateAsync<string[]>(Look, rules)).Select(fault => $"{what}: {fault}"));

    /// <summary>Goes to a view, waits until it has all it asks for, and looks at it; it fits a desk and a phone.</summary>
    /// <param name="picture">Its name among the pictures, where HOBOM_PICTURES names a folder for them.</param>
    public static async Task FindsNothingInViewAsync(IPage page, string hash, string? picture = null)
    {
        await PageTest.ShowAsync(page, hash);
        await page.WaitForSelectorAsync(".card, .facts, table, .box, main form");
        await page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy]')");
        await FindsNothingAsync(page, hash);
        await FitsAsync(page, hash, picture);
    }

    /// <summary>What is shown fits a desk and a phone.</summary>
    public static async Task FitsAsync(IPage page, string what, string? picture)
    {
        var size = page.ViewportSize!;
        foreach (var (width, height) in Sizes)
        {
            await page.SetViewportSizeAsync(width, height);
            Assert.True(
                await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{what} is wider than {width}");
            if (picture is not null && Pictures is { Length: > 0 } && width != 640)
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{picture}-{width}.png"), FullPage = true });
        }

        await page.SetViewportSizeAsync(size.Width, size.Height);
    }
}
