using System.Text.Json;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>Orders to so many letters, and of jobs that last so long, that one does something else meanwhile.</summary>
public sealed class ManyAtOnceTests(BrowserFixture fixture) : PageTest(fixture)
{
    const int Many = 2500;
    const int AtOnce = 1000;

    protected override Task PrepareAsync() => Letters.AddAsync([$"{Prefix}0"]);

    /// <summary>The answers are the test's: they come when it says so.</summary>
    [BrowserTheory]
    [InlineData("button:text-is('Stop')")]
    [InlineData("button:text-is('✕')")]
    [InlineData(null)]
    public async Task However_the_dialog_is_closed_the_run_stops_after_what_is_under_way_and_tells_how_far_it_came(string? button)
    {
        var (page, orders, asked) = (await SignedInAsync("operator"), 0, new TaskCompletionSource());
        var answered = new TaskCompletionSource();
        await page.RouteAsync("**/dlq?*limit=1000*", route => AnswerAsync(route, new { items = Enumerable.Range(0, Many).Select(n => $"dlq:menu:{n}") }));
        await page.RouteAsync("**/dlq/hold", async route =>
        {
            Interlocked.Increment(ref orders);
            asked.TrySetResult();
            await answered.Task;
            await AnswerAsync(route, new { results = Array.Empty<object>(), done = AtOnce, refused = 0 });
        });
        await ShowAsync(page, "#/letters/list");
        await page.ClickAsync("button:text-is('Hold all of these')");
        await page.ClickAsync("dialog [type=submit]");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        if (button is null) await page.Keyboard.PressAsync("Escape");
        else await page.ClickAsync($"dialog {button}");
        await page.WaitForFunctionAsync("() => !document.querySelector('dialog')");
        answered.SetResult();
        await page.WaitForSelectorAsync(".toast:has-text('1,000 done, 0 refused, of 2,500')");
        Assert.Equal(1, orders);
    }

    [BrowserFact]
    public async Task A_run_that_comes_to_its_end_says_so_and_can_only_be_closed()
    {
        var (page, orders) = (await SignedInAsync("operator"), 0);
        await page.RouteAsync("**/dlq?*limit=1000*", route => AnswerAsync(route, new { items = Enumerable.Range(0, Many).Select(n => $"dlq:menu:{n}") }));
        await page.RouteAsync("**/dlq/hold", route => AnswerAsync(
            route, new { results = Array.Empty<object>(), done = Interlocked.Increment(ref orders) < 3 ? AtOnce : Many - (2 * AtOnce), refused = 0 }));
        await ShowAsync(page, "#/letters/list");
        await page.ClickAsync("button:text-is('Hold all of these')");
        await page.ClickAsync("dialog [type=submit]");
        await page.WaitForSelectorAsync("dialog .badge.good:has-text('2,500 done')");
        await page.ClickAsync("dialog .actions button:text-is('Close')");
        await page.WaitForSelectorAsync(".toast.good:has-text('2,500 done, 0 refused, of 2,500')");
        Assert.Equal(3, orders);
    }

    [BrowserFact]
    public async Task A_job_is_looked_at_as_often_as_before_after_each_order_to_it()
    {
        var (page, looks) = (await NewPageAsync(), 0);
        await page.RouteAsync("**/dlq/replays/job", route =>
        {
            Interlocked.Increment(ref looks);
            return AnswerAsync(route, Job);
        });
        await page.RouteAsync("**/dlq/replays/job/pause", route => AnswerAsync(route, new { }));
        await page.Clock.InstallAsync();
        await page.GotoAsync("/");
        await page.FillAsync("input[name=key]", Fixture.Keys["operator"]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("nav");
        await ShowAsync(page, "#/operations/job");
        for (var n = 0; n < 5; n++)
            await page.RunAndWaitForResponseAsync(() => page.ClickAsync("main button:text-is('Pause'):enabled"), "**/dlq/replays/job");
        await page.WaitForSelectorAsync("main button:text-is('Pause'):enabled");
        var (before, began) = (looks, await NowAsync(page));
        for (var second = 0; second < 20; second++)
        {
            await page.Clock.RunForAsync(1000);
            // Meanwhile the answer comes, which takes no time of the page's clock.
            await page.EvaluateAsync("() => fetch('/health').then(answer => answer.text())");
        }

        Assert.InRange(looks - before, 2, ((await NowAsync(page) - began) / 1000) + 1);
    }

    static Task<long> NowAsync(IPage page) => page.EvaluateAsync<long>("() => Date.now()");

    static readonly object Job = new
    {
        id = "job", state = "running", by = "anna", plan = new { count = 9, categories = Array.Empty<object>() }, options = new { rate = 1, canary = 1 },
        progress = new
        {
            total = 9, done = 1, delivered = 1, failed = 0, skipped = 0, left = 8, deliveredUnseen = 0, rate = 1, etaSeconds = 8,
            failures = Array.Empty<object>(), skips = Array.Empty<object>(),
        },
    };

    static Task AnswerAsync(IRoute route, object body) => route.FulfillAsync(
        new RouteFulfillOptions { ContentType = "application/json", Body = JsonSerializer.Serialize(body) });
}
