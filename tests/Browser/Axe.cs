using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>axe-core, all of its rules, on what is shown now.</summary>
static class Axe
{
    public static async Task FindsNothingAsync(IPage page, string what)
    {
        var found = await page.RunAxe();
        Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{what}: {v.Id}: {n.Html}")));
    }

    /// <summary>Goes to a view, waits until it has all it asks for, and looks at it; it fits into the width too.</summary>
    public static async Task FindsNothingInViewAsync(IPage page, string hash, int width)
    {
        await page.EvaluateAsync("hash => { location.hash = hash; }", hash);
        await page.WaitForSelectorAsync(".card, .facts, table, .box, form.filters");
        await page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy]')");
        await FindsNothingAsync(page, hash);
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{hash} is wider than {width}");
    }
}
