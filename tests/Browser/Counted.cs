using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>A page whose user's interactions are counted: each click, each text typed, each key pressed.</summary>
sealed class Counted(IPage page)
{
    public int Interactions { get; private set; }

    public Task ClickAsync(string selector)
    {
        Interactions++;
        return page.ClickAsync(selector);
    }

    public Task TypeAsync(string selector, string text)
    {
        Interactions++;
        return page.FillAsync(selector, text);
    }

    public Task PressAsync(string key)
    {
        Interactions++;
        return page.Keyboard.PressAsync(key);
    }
}
