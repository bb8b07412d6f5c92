using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>For those who see little, and those who use no mouse.</summary>
public sealed class AccessibilityTests(BrowserFixture fixture) : PageTest(fixture)
{
    static readonly string[] Views =
        ["#/", "#/letters", "#/letters/list", "LETTER", "EDIT", "#/operations", "#/gone", "#/settings", "#/letters/list?text=none"];

    protected override Task PrepareAsync() => Letters.AddAsync(SampleLetters.Ids(Prefix, 3));

    [BrowserTheory]
    [InlineData("en-US", ColorScheme.Light, 1280)]
    [InlineData("en-US", ColorScheme.Dark, 390)]
    [InlineData("ko-KR", ColorScheme.Light, 390)]
    [InlineData("ko-KR", ColorScheme.Dark, 1280)]
    public async Task Axe_finds_nothing_in_any_view_or_dialog(string language, ColorScheme theme, int width)
    {
        var page = await NewPageAsync(language, theme, width);
        await page.GotoAsync("/");
        await page.WaitForSelectorAsync("input[name=key]");
        await Axe.FindsNothingAsync(page, "sign-in");
        await page.FillAsync("input[name=key]", Fixture.Keys["editor"]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("nav");
        foreach (var view in Views) await Axe.FindsNothingInViewAsync(page, Hash(view));
        await Axe.FindsNothingInViewAsync(page, $"#/operations/{await PlanReplayAsync()}");

        await ShowAsync(page, "#/letters");
        foreach (var button in (string[])[".group .actions button:nth-child(1)", ".group .actions button:nth-child(2)", ".group .actions button:nth-child(3)"])
        {
            await page.ClickAsync(button);
            await page.WaitForFunctionAsync("() => document.querySelector('dialog[open] .actions') && !document.querySelector('dialog [aria-busy]')");
            await Axe.FindsNothingAsync(page, button);
            await page.Keyboard.PressAsync("Escape");
            await page.WaitForFunctionAsync("() => !document.querySelector('dialog')");
        }

        await page.EvaluateAsync("() => document.activeElement.blur()");
        await page.Keyboard.PressAsync("?");
        await page.WaitForSelectorAsync("dialog[open] .keys");
        await Axe.FindsNothingAsync(page, "shortcuts");

        await Axe.FindsNothingInViewAsync(await SignedInAsync("auditor", language, theme, width), "#/audit");
    }

    /// <param name="width">640: a desk at 200 %.</param>
    [BrowserTheory]
    [InlineData(1280)]
    [InlineData(640)]
    public async Task Keys_alone_find_a_letter_read_why_it_failed_and_replay_it(int width)
    {
        var page = await SignedInAsync(width: width);
        await page.WaitForSelectorAsync(".card");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("l");
        await page.WaitForSelectorAsync("tr[data-key]");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        Assert.Equal($"{Prefix}0001", await page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".story");
        await page.Keyboard.PressAsync("r");
        await page.WaitForSelectorAsync("[data-outcome=delivered]");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync($"{Prefix}0002");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync($"h1:text-is('{Prefix}0002')");
        await page.EvaluateAsync("() => document.activeElement.blur()");
        await page.Keyboard.PressAsync("h");
        await page.WaitForSelectorAsync("dialog[open] textarea:focus");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".letter .held");
        Assert.Empty(await page.Locator("dialog").AllAsync());
    }

    async Task<string> PlanReplayAsync()
    {
        using var answer = await Processor.Http.PostAsJsonAsync(
            "/hobom-event-processor/internal/api/v1/dlq/replays", new { keys = new[] { $"dlq:menu:{Prefix}0002" } });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    string Hash(string view) => view switch
    {
        "LETTER" => $"#/letter?key=dlq%3Amenu%3A{Prefix}0000",
        "EDIT" => $"#/edit?key=dlq%3Amenu%3A{Prefix}0000",
        _ => view,
    };
}
