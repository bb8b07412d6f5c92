using Microsoft.Playwright;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Browser;

/// <summary>Letters that are gone: each by itself, and all of them in pages. What is said of pages is so of every list that has them.</summary>
public sealed class GoneViewTests(BrowserFixture fixture) : PageTest(fixture)
{
    const string Asked = "**/dlq/tombstones?*";
    const string Tombstones = "dlqx:tombstones";
    const int PageSize = 50;

    protected override Task PrepareAsync() => Letters.AddAsync([$"{Prefix}0"]);

    [BrowserFact]
    public async Task A_letter_that_expired_is_told_as_that_however_many_went_after_it()
    {
        ExpectedStatuses.UnionWith([404]);
        await BuryAsync(1001);
        var page = await SignedInAsync("reader");
        await ShowAsync(page, $"#/letter?key=dlq%3Amenu%3A{Prefix}0");
        await page.WaitForSelectorAsync("[data-outcome=gone]");
        Assert.Contains("expired", await page.InnerTextAsync("[data-outcome=gone]"), StringComparison.Ordinal);
        await ShowAsync(page, $"#/letter?key=dlq%3Amenu%3A{Prefix}none");
        await page.WaitForSelectorAsync(".box.empty");
    }

    [BrowserFact]
    public async Task An_answer_to_the_filter_before_that_comes_late_is_not_shown()
    {
        await BuryAsync(PageSize + 1);
        var page = await SignedInAsync("reader");
        var late = new TaskCompletionSource();
        await page.RouteAsync(Asked, async route =>
        {
            if (!route.Request.Url.Contains("why=", StringComparison.Ordinal)) await late.Task;
            await route.ContinueAsync();
        });
        await ShowAsync(page, "#/gone");
        await page.SelectOptionAsync(".filters select >> nth=1", "expired");
        await page.WaitForSelectorAsync("tbody tr");
        await page.RunAndWaitForRequestFinishedAsync(() => { late.SetResult(); return Task.CompletedTask; }, new() { Predicate = OfAll });
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        Assert.Equal(["expired"], await EndsAsync(page));
        Assert.Equal(1, await page.Locator("tbody tr").CountAsync());
    }

    [BrowserFact]
    public async Task More_is_added_once_however_often_one_clicks_and_what_is_shown_stays_where_more_cannot_be_had()
    {
        await BuryAsync((2 * PageSize) + 1);
        var page = await SignedInAsync("reader");
        await ShowAsync(page, "#/gone");
        await page.WaitForSelectorAsync("main button:text-is('Show more')");
        await page.RouteAsync(Asked, route => route.FulfillAsync(
            new RouteFulfillOptions { Status = 503, ContentType = "application/json", Body = """{"error":"Redis is away"}""" }));
        await page.ClickAsync("main button:text-is('Show more')");
        await page.WaitForSelectorAsync(".toast.bad:has-text('Redis is away')");
        Assert.Equal(PageSize, await page.Locator("tbody tr").CountAsync());
        await page.UnrouteAsync(Asked);

        var (clicked, asked) = (new TaskCompletionSource(), 0);
        await page.RouteAsync(Asked, async route =>
        {
            Interlocked.Increment(ref asked);
            await clicked.Task;
            await route.ContinueAsync();
        });
        await page.DblClickAsync("main button:text-is('Show more')");
        clicked.SetResult();
        await page.WaitForSelectorAsync($"tbody tr >> nth={PageSize}");
        await page.ClickAsync("main button:text-is('Show more')");
        await page.WaitForSelectorAsync($"tbody tr >> nth={2 * PageSize}");
        Assert.Equal((2 * PageSize) + 2, await page.Locator("tbody tr").CountAsync());
        Assert.Equal(2, asked);
    }

    /// <summary>The letter that is there, and after it so many others that Redis dropped.</summary>
    async Task BuryAsync(int others)
    {
        var end = DateTimeOffset.UtcNow.AddSeconds(1);
        await Fixture.Neighbours.Plain.SortedSetAddAsync("dlqx:exp:menu", $"{Prefix}0", end.ToUnixTimeMilliseconds());
        await Fixture.Neighbours.Plain.KeyExpireAsync($"dlq:menu:{Prefix}0", end.UtcDateTime);
        await UntilAsync("/dlq/tombstones", found => found.GetProperty("tombstones").GetArrayLength() == 1);
        var stone = (await Fixture.Neighbours.Plain.StreamRangeAsync(Tombstones, count: 1))[0]["t"].ToString()
            .Replace("\"expired\"", "\"evicted\"", StringComparison.Ordinal);
        await Task.WhenAll(Enumerable.Range(1, others).Select(n => Fixture.Neighbours.Plain.StreamAddAsync(
            Tombstones, "t", stone.Replace($"{Prefix}0", $"{Prefix}{n}", StringComparison.Ordinal))));
    }

    static bool OfAll(IRequest request) =>
        request.Url.Contains("/dlq/tombstones?", StringComparison.Ordinal) && !request.Url.Contains("why=", StringComparison.Ordinal);

    static Task<string[]> EndsAsync(IPage page) =>
        page.EvaluateAsync<string[]>("() => [...new Set([...document.querySelectorAll('tbody td:nth-child(2)')].map(cell => cell.lastChild.lastChild.textContent))]");
}
