using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>What happens elsewhere while one looks.</summary>
public sealed class LiveTests(BrowserFixture fixture) : PageTest(fixture)
{
    /// <summary>More than one page of the list.</summary>
    const int Some = 60;

    /// <summary>So many that their count has to be typed.</summary>
    const int Many = 510;

    protected override Task PrepareAsync() => Letters.AddAsync(SampleLetters.Ids(Prefix, Some));

    [BrowserFact]
    public async Task New_letters_wait_behind_a_button_and_no_row_moves()
    {
        var page = await SignedInAsync("reader");
        await ShowAsync(page, "#/letters/list");
        await page.WaitForSelectorAsync($"[data-total='{Some}']");
        var before = await KeysAsync(page);
        await Letters.AddAsync([$"{Prefix}new"]);
        await page.WaitForSelectorAsync(".pillbar button");
        Assert.Equal(before, await KeysAsync(page));
        await page.ClickAsync(".pillbar button");
        await page.WaitForSelectorAsync($"[data-total='{Some + 1}']");
    }

    [BrowserFact]
    public async Task A_job_goes_on_while_the_page_is_loaded_again()
    {
        await AddLettersAsync(SampleLetters.Ids(Prefix, Many).Skip(Some), Many);
        var page = await SignedInAsync("operator");
        await ShowAsync(page, "#/letters");
        await page.ClickAsync(".group .primary");
        await page.WaitForSelectorAsync($"dialog [data-count='{Many}']");
        await page.FillAsync("dialog input[inputmode=numeric]", $"{Many}");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("[data-state=canary], [data-state=running]");
        await page.ReloadAsync();
        await page.WaitForSelectorAsync("[data-state]");
        await EndAsync(page);
        Assert.Equal($"{Many}", await page.GetAttributeAsync("[data-delivered]", "data-delivered"));
    }

    /// <summary>Of the job that is shown. One that rests in another state says why.</summary>
    async Task EndAsync(IPage page)
    {
        try
        {
            await page.WaitForSelectorAsync("[data-state=finished]", new PageWaitForSelectorOptions { Timeout = 120_000 });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{await page.InnerTextAsync("main")}\n{Processor.Output}");
        }
    }

    [BrowserFact]
    public async Task Time_left_is_counted_by_the_servers_clock_and_a_letter_that_expires_while_it_is_open_becomes_a_tombstone()
    {
        ExpectedStatuses.UnionWith([404]);
        var (key, page) = ($"dlq:menu:{Prefix}0001", await SignedInAsync());
        await ShowAsync(page, $"#/letter?key={Uri.EscapeDataString(key)}");
        await page.WaitForSelectorAsync(".left");
        var until = DateTimeOffset.Parse((await page.GetAttributeAsync(".left", "data-until"))!, System.Globalization.CultureInfo.InvariantCulture);
        var kept = (await Fixture.Neighbours.Plain.KeyTimeToLiveAsync(key))!.Value;
        Assert.InRange((until - DateTimeOffset.UtcNow - kept).TotalSeconds, -1, 1);

        // As after 72 hours: Redis drops it, at the time that the index has.
        var end = DateTimeOffset.UtcNow.AddSeconds(3);
        await Fixture.Neighbours.Plain.SortedSetAddAsync("dlqx:exp:menu", $"{Prefix}0001", end.ToUnixTimeMilliseconds());
        await Fixture.Neighbours.Plain.KeyExpireAsync(key, end.UtcDateTime);
        await page.WaitForSelectorAsync("[data-outcome=gone]");
        Assert.Contains("expired", await page.InnerTextAsync("[data-outcome=gone]"), StringComparison.Ordinal);
        Assert.Equal(0, await page.Locator(".do button").CountAsync());
    }

    [BrowserFact]
    public async Task A_letter_that_another_program_takes_away_while_it_is_open_can_no_longer_be_replayed()
    {
        ExpectedStatuses.UnionWith([404]);
        var (key, page) = ($"dlq:menu:{Prefix}0001", await SignedInAsync());
        await ShowAsync(page, $"#/letter?key={Uri.EscapeDataString(key)}");
        await page.WaitForSelectorAsync(".do .primary");
        await Fixture.Neighbours.Plain.KeyDeleteAsync(key);
        await page.WaitForSelectorAsync(".box.empty");
        Assert.Equal(0, await page.Locator(".do button").CountAsync());
    }

    [BrowserFact]
    public async Task Redis_away_is_told_with_the_age_of_what_is_shown_and_is_over_when_it_is_back()
    {
        ExpectedStatuses.UnionWith([502, 503]);
        var page = await SignedInAsync();
        await ShowAsync(page, "#/letters/list");
        await page.WaitForSelectorAsync($"[data-total='{Some}']");
        await Fixture.Neighbours.Redis.PauseAsync();
        try
        {
            await page.WaitForSelectorAsync(".news .bad");
            Assert.Contains("Redis", await page.InnerTextAsync(".news"), StringComparison.Ordinal);
            Assert.Equal(50, (await KeysAsync(page)).Length);
        }
        finally
        {
            await Fixture.Neighbours.Redis.ResumeAsync();
        }

        await page.WaitForSelectorAsync(".news:empty", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
    }

    [BrowserFact]
    public async Task A_processor_that_says_nothing_is_told_within_five_seconds_and_its_return_too()
    {
        var page = await SignedInAsync();
        await page.WaitForSelectorAsync("[data-state=good]");
        await Processor.SignalAsync("STOP");
        try
        {
            await page.WaitForSelectorAsync(".pulse[data-state=bad]", new PageWaitForSelectorOptions { Timeout = 20_000 });
        }
        finally
        {
            await Processor.SignalAsync("CONT");
        }

        await page.WaitForSelectorAsync(".pulse[data-state=good]");
    }

    [BrowserFact]
    public async Task A_session_that_ends_while_one_looks_on_is_told_as_that_and_one_goes_on_where_one_was()
    {
        ExpectedStatuses.UnionWith([401]);
        ExpectsLostRequests = true;
        var page = await SignedInAsync();
        await ShowAsync(page, "#/letters");
        await page.WaitForSelectorAsync(".group");
        await page.ClickAsync(".group button:text-is('Hold')");
        await page.WaitForSelectorAsync("dialog[open]");
        await Processor.StopAsync();
        await Processor.RestartAsync();
        await page.WaitForSelectorAsync(".signin:has-text('The session is over.')");
        Assert.Equal(0, await page.Locator("dialog").CountAsync());
        await page.FillAsync("input[name=key]", Fixture.Keys["reader"]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".group");
        await page.WaitForSelectorAsync(".pulse[data-state=good]");
        await page.WaitForSelectorAsync(".news:empty", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
    }

    [BrowserFact]
    public async Task A_stream_of_changes_that_is_refused_is_asked_for_less_and_less_often_and_taken_up_when_it_is_given()
    {
        ExpectedStatuses.UnionWith([429]);
        var asked = 0;
        var page = await NewPageAsync();
        await page.RouteAsync("**/changes", route =>
        {
            Interlocked.Increment(ref asked);
            return route.FulfillAsync(new RouteFulfillOptions { Status = 429, ContentType = "application/json", Body = "{}" });
        });
        await page.Clock.InstallAsync();
        await page.GotoAsync("/");
        await page.FillAsync("input[name=key]", Fixture.Keys["reader"]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("nav");
        for (var second = 0; second < 60; second++) await page.Clock.RunForAsync(1000);
        Assert.InRange(asked, 2, 8);
        Assert.Equal(0, await page.Locator(".signin").CountAsync());
        await page.UnrouteAsync("**/changes");
        await page.Clock.RunForAsync(30_000);
        await page.WaitForSelectorAsync(".pulse[data-state=good]");
    }

    static Task<string[]> KeysAsync(IPage page) =>
        page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('tr[data-key]')].map(r => r.dataset.key)");
}
