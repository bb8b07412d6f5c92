using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>For those who see little, and those who use no mouse.</summary>
public sealed class AccessibilityTests(BrowserFixture fixture) : PageTest(fixture)
{
    static readonly (string Hash, string? Picture)[] Views =
    [
        ("#/", null), ("#/letters", null), ("#/letters/list", null), ("LETTER", null), ("EDIT", null), ("#/operations", "operations"),
        ("#/gone", "gone"), ("#/settings", "settings"), ("#/letters/list?text=none", null),
    ];

    protected override Task PrepareAsync() => Letters.AddAsync(SampleLetters.Ids(Prefix, 4));

    [BrowserTheory]
    [InlineData("en-US", ColorScheme.Light, 1280)]
    [InlineData("ko-KR", ColorScheme.Dark, 390)]
    public async Task Axe_finds_nothing_in_any_view_or_dialog(string language, ColorScheme theme, int width)
    {
        await ExpireAsync($"{Prefix}0003");
        var operation = await ReplayAsync($"{Prefix}0002");
        string? Picture(string? view) => view is null ? null : $"{view}-{theme}".ToLowerInvariant();
        var page = await NewPageAsync(language, theme, width);
        await page.GotoAsync("/");
        await page.WaitForSelectorAsync("input[name=key]");
        await Axe.FindsNothingAsync(page, "sign-in");
        await Axe.FitsAsync(page, "sign-in", Picture("sign-in"));
        await page.FillAsync("input[name=key]", Fixture.Keys["editor"]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("nav");
        foreach (var (hash, picture) in Views) await Axe.FindsNothingInViewAsync(page, Hash(hash), Picture(picture));
        await Axe.FindsNothingInViewAsync(page, $"#/operations/{operation}", Picture("operation"));
        await ShowAsync(page, Hash("EDIT"));
        await page.FillAsync("main form input", "the recipient was misspelt");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("textarea.payload");
        await Axe.FindsNothingAsync(page, "edit");
        await Axe.FitsAsync(page, "edit", Picture("edit"));

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

        var auditor = await SignedInAsync("auditor", language, theme, width);
        await Axe.FindsNothingInViewAsync(auditor, "#/audit", Picture("audit"));
        if (language == "ko-KR")
            Assert.All(await auditor.Locator("tbody td:nth-child(4)").AllTextContentsAsync(), action => Assert.DoesNotMatch("[a-z]", action));
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

    /// <summary>As after 72 hours.</summary>
    async Task ExpireAsync(string id)
    {
        var end = DateTimeOffset.UtcNow.AddSeconds(1);
        await Fixture.Neighbours.Plain.SortedSetAddAsync("dlqx:exp:menu", id, end.ToUnixTimeMilliseconds());
        await Fixture.Neighbours.Plain.KeyExpireAsync($"dlq:menu:{id}", end.UtcDateTime);
        await UntilAsync("/dlq/tombstones", found => found.GetProperty("tombstones").GetArrayLength() == 1);
    }

    async Task<string> ReplayAsync(string id)
    {
        using var planned = await Processor.Http.PostAsJsonAsync($"{Api}/dlq/replays", new { keys = new[] { $"dlq:menu:{id}" } });
        var job = $"/dlq/replays/{(await planned.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()}";
        using var started = await Processor.Http.PostAsync(new Uri($"{Api}{job}/start", UriKind.Relative), null);
        await UntilAsync(job, found => found.GetProperty("state").GetString() == "finished");
        return job[(job.LastIndexOf('/') + 1)..];
    }

    string Hash(string view) => view switch
    {
        "LETTER" => $"#/letter?key=dlq%3Amenu%3A{Prefix}0000",
        "EDIT" => $"#/edit?key=dlq%3Amenu%3A{Prefix}0000",
        _ => view,
    };
}
