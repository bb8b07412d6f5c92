using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>Who leaves the page open: over a night of news, and over the sleep of a laptop.</summary>
public sealed partial class LongWatchTests(BrowserFixture fixture) : PageTest(fixture)
{
    const int Some = 60;
    const int Minutes = 8 * 60;

    /// <summary>Hours in seconds ask more often than a person may.</summary>
    protected override Dictionary<string, string> Settings()
    {
        var settings = base.Settings();
        settings["HOBOM_HTTP_RATE_PER_SECOND"] = "100000";
        return settings;
    }

    protected override Task PrepareAsync() => Letters.AddAsync(SampleLetters.Ids(Prefix, Some));

    [BrowserFact]
    public async Task Time_left_is_right_after_ten_minutes_of_sleep_and_after_the_clock_was_set_by_hours()
    {
        var key = $"dlq:menu:{Prefix}0001";
        var end = DateTimeOffset.UtcNow.AddMinutes(30);
        await Fixture.Neighbours.Plain.SortedSetAddAsync("dlqx:exp:menu", $"{Prefix}0001", end.ToUnixTimeMilliseconds());
        await Fixture.Neighbours.Plain.KeyExpireAsync(key, end.UtcDateTime);
        var page = await NewPageAsync();
        await page.Clock.InstallAsync();
        await SignInAsync(page);
        await ShowAsync(page, $"#/letter?key={Uri.EscapeDataString(key)}");
        await page.WaitForSelectorAsync(".left");
        await IsRightAsync(page, key);
        // As when the lid is shut and opened again: this machine's clock goes on and the page did nothing meanwhile.
        await page.Clock.FastForwardAsync("10:00");
        await IsRightAsync(page, key);
        await page.Clock.FastForwardAsync("09:00:00");
        await IsRightAsync(page, key);
        await page.WaitForSelectorAsync(".pulse[data-state=good]");
    }

    /// <summary>A message each second for eight hours, one of them a minute with changed letters, told as fast as the page takes them.</summary>
    [BrowserFact]
    public async Task Eight_hours_of_news_leave_the_heap_as_large_as_it_was()
    {
        var page = await NewPageAsync();
        await page.AddInitScriptAsync(OwnNews);
        await page.Clock.InstallAsync();
        await SignInAsync(page);
        await ShowAsync(page, "#/letters/list");
        await page.WaitForSelectorAsync($"[data-total='{Some}']");
        await WatchAsync(page, 0, 60);
        var before = await UseAsync(page);
        await WatchAsync(page, 60, Minutes);
        var after = await UseAsync(page);
        Assert.Equal((long)Minutes * 60, await page.EvaluateAsync<long>("() => window.told"));
        Assert.True(after.HeapBytes - before.HeapBytes < 500_000, $"{before} became {after}");
        Assert.True(after.Nodes - before.Nodes < 200 && after.Listeners - before.Listeners < 50, $"{before} became {after}");
    }

    /// <summary>Drawn anew each ten seconds: as often as in twenty minutes, as fast as the page takes it.</summary>
    [BrowserFact]
    public async Task Charts_that_are_drawn_again_and_again_leave_the_heap_as_large_as_it_was()
    {
        var page = await NewPageAsync();
        await page.AddInitScriptAsync(OwnNews);
        await page.Clock.InstallAsync();
        await SignInAsync(page);
        await ShowAsync(page, "#/charts");
        await page.WaitForSelectorAsync(".chart");
        await DrawAsync(page, 30);
        var before = await UseAsync(page);
        await DrawAsync(page, 120);
        var after = await UseAsync(page);
        Assert.True(after.HeapBytes - before.HeapBytes < 500_000, $"{before} became {after}");
        Assert.True(after.Nodes - before.Nodes < 200 && after.Listeners - before.Listeners < 50, $"{before} became {after}");
    }

    async Task SignInAsync(IPage page)
    {
        await page.GotoAsync("/");
        await page.FillAsync("input[name=key]", Fixture.Keys["operator"]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("nav");
    }

    /// <summary>Once the server has told its time again, to the second.</summary>
    async Task IsRightAsync(IPage page, string key)
    {
        var off = double.NaN;
        for (var tries = 0; tries < 100 && !(Math.Abs(off) <= 1.5); tries++)
        {
            await Task.Delay(100);
            var shown = Shown().Match(await page.InnerTextAsync(".left"));
            if (!shown.Success) continue;
            var told = (60 * int.Parse(shown.Groups["min"].Value, CultureInfo.InvariantCulture)) + (shown.Groups["s"].Success ? int.Parse(shown.Groups["s"].Value, CultureInfo.InvariantCulture) : 0);
            off = (await Fixture.Neighbours.Plain.KeyTimeToLiveAsync(key))!.Value.TotalSeconds - told;
        }

        Assert.InRange(off, -1.5, 1.5);
    }

    static async Task WatchAsync(IPage page, int from, int to)
    {
        for (var minute = from; minute < to; minute++)
        {
            await page.EvaluateAsync("() => window.tell(60)");
            await page.Clock.RunForAsync(400);
        }
    }

    static async Task DrawAsync(IPage page, int times)
    {
        for (var n = 0; n < times; n++)
        {
            await page.EvaluateAsync("() => window.tell(10)");
            await page.RunAndWaitForResponseAsync(() => page.Clock.RunForAsync(10_000), "**/dlq/history*");
        }
    }

    static async Task<Use> UseAsync(IPage page)
    {
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var session = await page.Context.NewCDPSessionAsync(page);
        for (var n = 0; n < 3; n++) await session.SendAsync("HeapProfiler.collectGarbage");
        var heap = (await session.SendAsync("Runtime.getHeapUsage"))!.Value.GetProperty("usedSize").GetDouble();
        var counters = (await session.SendAsync("Memory.getDOMCounters"))!.Value;
        await session.DetachAsync();
        return new Use((long)heap, counters.GetProperty("nodes").GetInt32(), counters.GetProperty("jsEventListeners").GetInt32());
    }

    sealed record Use(long HeapBytes, int Nodes, int Listeners);

    /// <summary>The stream of changes, told by the test: the last of so many messages says that letters have changed.</summary>
    const string OwnNews = """
        window.told = 0;
        window.EventSource = class {
          static CLOSED = 2;
          readyState = 1;
          constructor() { window.stream = this; }
          close() { this.readyState = 2; }
        };
        window.tell = count => {
          for (let n = 0; n < count; n++) {
            window.told++;
            const now = new Date().toISOString();
            window.stream.onmessage({ data: JSON.stringify({ now, flows: [], letters: { loaded: true, count: 60, asOf: now, version: Math.floor(window.told / count) } }) });
          }
        };
        """;

    [GeneratedRegex(@"^(?<min>\d+) min(?: (?<s>\d+) s)?$", RegexOptions.NonBacktracking)]
    private static partial Regex Shown();
}
