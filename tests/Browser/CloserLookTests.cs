using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Integration.Processor;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>What operators know of letters beyond the letters themselves: who did what, what is around them, what others noted.</summary>
public sealed class CloserLookTests(BrowserFixture fixture) : PageTest(fixture)
{
    const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const string Code = "Local_QueueFull";
    const string Name = "<b>mail</b>";
    const string Header = "x-tenant";

    protected override Dictionary<string, string> Settings()
    {
        var settings = base.Settings();
        settings["HOBOM_SPACE_GRPC_ADDR"] = Fixture.Neighbours.Backends.SpaceAddress;
        settings["HOBOM_LLM_GRPC_ADDR"] = Fixture.Neighbours.Backends.LlmAddress;
        settings["HOBOM_TRACE_URL"] = "https://traces.example/t/{traceId}?from=hobom";
        return settings;
    }

    protected override async Task PrepareAsync()
    {
        await Letters.AddAsync(SampleLetters.Ids(Prefix, 3));
        foreach (var id in (string[])["k0", "k1"]) await AddSharingKeyAsync($"{Prefix}{id}");
        await Letters.AddPendingAsync(SampleLetters.Ids($"{Prefix}p", 40));
    }

    [BrowserTheory]
    [InlineData("en-US", ColorScheme.Light, 1280)]
    [InlineData("ko-KR", ColorScheme.Dark, 390)]
    public async Task Letters_are_found_by_code_seen_with_what_is_around_them_and_noted_by_cause(string language, ColorScheme theme, int width)
    {
        await Eventually.TrueAsync(() => HoldAsync($"dlq:menu:{Prefix}k1"), null, () => Processor.Output);
        var page = await SignedInAsync("editor", language, theme, width);
        var picture = theme.ToString().ToLowerInvariant();

        await ShowAsync(page, "#/letters/list");
        await page.WaitForSelectorAsync("[data-total='5']");
        await page.WaitForSelectorAsync($"select[name=code] option[value={Code}]", new() { State = WaitForSelectorState.Attached });
        await page.SelectOptionAsync("select[name=code]", Code);
        await page.WaitForSelectorAsync("[data-total='2']");
        Assert.Contains($"code={Code}", page.Url, StringComparison.Ordinal);
        await page.WaitForSelectorAsync("tr .action:has-text(':')");
        await KeepViewAsync(page);
        await page.SelectOptionAsync("select[name=minAttempts]", "2");
        await page.WaitForSelectorAsync("[data-total='0']");
        await page.SelectOptionAsync(".views select", Name);
        await page.WaitForSelectorAsync("[data-total='2']");
        var kept = JsonDocument.Parse(await page.EvaluateAsync<string>("() => localStorage.getItem('hobom-page')")).RootElement.GetProperty("views");
        Assert.Equal($$"""{"{{Name}}":"#/letters/list?code={{Code}}"}""", kept.GetRawText().Replace("\\u003C", "<", StringComparison.Ordinal));

        await FindByLookingAsync(page);
        await Axe.FindsNothingInViewAsync(page, $"#/letter?key=dlq%3Amenu%3A{Prefix}k0", $"letter-{picture}");
        await page.WaitForSelectorAsync($"section a[href$='{Prefix}k1']");
        Assert.Equal(4, await page.Locator(".checks li").CountAsync());
        Assert.Equal($"https://traces.example/t/{TraceId}?from=hobom", await page.GetAttributeAsync("a[target=_blank]", "href"));

        await Axe.FindsNothingInViewAsync(page, "#/letters/list", $"list-{picture}");
        await NoteAsync(page);
        await Axe.FindsNothingInViewAsync(page, "#/letters", $"causes-{picture}");
        var reader = await SignedInAsync("reader", language, theme, width);
        await ShowAsync(reader, "#/letters");
        await reader.WaitForSelectorAsync(".note:has-text('until noon')");
        Assert.Equal(0, await reader.Locator(".group button").CountAsync());
        await ShowAsync(reader, $"#/letter?key=dlq%3Amenu%3A{Prefix}0000");
        await reader.WaitForSelectorAsync(".letter section:last-child p");
        Assert.Equal(0, await reader.Locator(".checks").CountAsync());

        await Axe.FindsNothingInViewAsync(page, "#/", $"overview-{picture}");
        Assert.Equal(2, await page.Locator("[data-flow=messages] svg[aria-label*='40']").CountAsync());
    }

    /// <summary>By what only a look at each letter tells: the list says how many it looked at, and offers nothing for all of them.</summary>
    static async Task FindByLookingAsync(IPage page)
    {
        await ShowAsync(page, "#/letters/list");
        await page.WaitForSelectorAsync("[data-total='5'] >> visible=true");
        Assert.NotEqual(0, await page.Locator(".actions button").CountAsync());
        await page.FillAsync("input[name=header]", Header.ToUpperInvariant());
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("[data-total='2']:has-text('5')");
        Assert.Contains($"header={Header.ToUpperInvariant()}", page.Url, StringComparison.Ordinal);
        Assert.Equal(0, await page.Locator(".actions button").CountAsync());
        await page.SelectOptionAsync("select[name=newer]", "delivered");
        await page.WaitForSelectorAsync("[data-total='0']:has-text('5')");
    }

    /// <summary>The dialog is passed by axe, and keys alone are enough for it.</summary>
    static async Task KeepViewAsync(IPage page)
    {
        await page.ClickAsync(".views button");
        await page.WaitForSelectorAsync("dialog[open] input:focus");
        await Axe.FindsNothingAsync(page, "keep a view");
        await page.Keyboard.TypeAsync(Name);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync($".views option:text-is('{Name}')", new() { State = WaitForSelectorState.Attached });
    }

    static async Task NoteAsync(IPage page)
    {
        await ShowAsync(page, "#/letters");
        await page.ClickAsync(".group .actions button:nth-child(4) >> nth=0");
        await page.WaitForSelectorAsync("dialog[open] textarea:focus");
        await Axe.FindsNothingAsync(page, "note");
        await page.Keyboard.TypeAsync("the mail service is down until noon");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".note:has-text('until noon')");
    }

    async Task<bool> HoldAsync(string key)
    {
        using var held = await Processor.Http.PostAsJsonAsync($"{Api}/dlq/hold", new { keys = (string[])[key], reason = "wait" });
        return held.IsSuccessStatusCode;
    }

    async Task AddSharingKeyAsync(string id)
    {
        var (key, at) = (new DeadLetterKey(new Category("menu"), id), DateTimeOffset.UtcNow);
        var attempt = new Attempt(1, at, TimeSpan.FromMilliseconds(12), FailureClass.Transient, Code, "Local: Queue full", false);
        var letter = new DeadLetter(
            key, new EventId(id), "MESSAGE", Encoding.UTF8.GetBytes("{}"), "hobom.messages", "shared",
            [new RecordHeader(Header, "blue")], DeadLetter.PublishStage, FailureClass.Transient, "Local: Queue full", [attempt], at)
        {
            TraceParent = $"00-{TraceId}-00f067aa0ba902b7-01",
        };
        await Eventually.TrueAsync(async () => (await Fixture.Store.SaveAsync(letter)).IsRight, null, () => $"{id} is not saved");
        await Eventually.TrueAsync(async () => (await Fixture.Store.NoteRowFailedAsync(key)).IsRight, null, () => $"{id} is not noted");
    }
}
