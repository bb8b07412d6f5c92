using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>What operators come for, in how many steps.</summary>
public sealed class TaskTests(BrowserFixture fixture) : PageTest(fixture)
{
    const int Many = 1000;

    [BrowserFact]
    public async Task The_audit_is_saved_as_a_file()
    {
        var page = await SignedInAsync("auditor");
        await ShowAsync(page, "#/audit");
        var file = await page.RunAndWaitForDownloadAsync(() => page.Locator(".filters select").SelectOptionAsync("csv"));
        Assert.Matches(@"^audit-\d{14}\.csv$", file.SuggestedFilename);
        Assert.StartsWith("at,phase,actor,", await File.ReadAllTextAsync((await file.PathAsync())!), StringComparison.Ordinal);
        // Else a browser says nothing of it when somebody chooses the same form again.
        Assert.Equal("", await page.Locator(".filters select").InputValueAsync());
    }

    [BrowserFact]
    public async Task A_file_that_cannot_be_had_is_told_and_can_be_asked_for_again()
    {
        ExpectsLostRequests = true;
        ExpectedStatuses.Add(429);
        var page = await SignedInAsync("auditor");
        await ShowAsync(page, "#/audit");
        await page.RouteAsync("**/audit/export", route => route.AbortAsync());
        await page.Locator(".filters select").SelectOptionAsync("csv");
        await page.WaitForSelectorAsync(".toast.bad:has-text('cannot be reached')");
        await page.UnrouteAsync("**/audit/export");
        await page.RouteAsync("**/audit/export", route => route.FulfillAsync(
            new RouteFulfillOptions { Status = 429, ContentType = "application/json", Body = """{"error":"too many exports"}""" }));
        await page.Locator(".filters select:enabled").SelectOptionAsync("csv");
        await page.WaitForSelectorAsync(".toast.bad:has-text('too many exports')");
        await page.UnrouteAsync("**/audit/export");
        await page.RunAndWaitForDownloadAsync(() => page.Locator(".filters select:enabled").SelectOptionAsync("csv"));
    }

    [BrowserFact]
    public async Task Find_by_event_id_why_it_failed_replay_one_and_replay_the_group_within_their_steps()
    {
        await AddLettersAsync(SampleLetters.Ids(Prefix, Many), Many);
        var page = await SignedInAsync();
        var find = new Counted(page);
        await find.TypeAsync("#search", $"{Prefix}0007");
        await find.PressAsync("Enter");
        await page.WaitForSelectorAsync($"article.letter h1:text-is('{Prefix}0007')");
        Assert.InRange(find.Interactions, 1, 2);

        await page.GotoAsync("/#/");
        var why = new Counted(page);
        await why.ClickAsync("nav a[href='#/letters']");
        await why.ClickAsync(".group a[href^='#/letter?']");
        var story = await page.InnerTextAsync(".story");
        Assert.Contains(SampleLetters.Cause, story, StringComparison.Ordinal);
        Assert.Contains("not written to Kafka", story, StringComparison.Ordinal);
        Assert.InRange(why.Interactions, 1, 2);

        await page.GotoAsync("/#/letters/list");
        var one = new Counted(page);
        await one.ClickAsync($"tr[data-key='dlq:menu:{Prefix}0003'] a");
        await one.ClickAsync(".do .primary");
        await page.WaitForSelectorAsync("[data-outcome=delivered]");
        Assert.InRange(one.Interactions, 1, 3);

        await page.GotoAsync("/#/");
        var all = new Counted(page);
        await all.ClickAsync("nav a[href='#/letters']");
        await all.ClickAsync(".group .primary");
        await page.WaitForSelectorAsync($"dialog [data-count='{Many - 1}']");
        await all.TypeAsync("dialog input[inputmode=numeric]", $"{Many - 1}");
        await all.PressAsync("Enter");
        await page.WaitForSelectorAsync("[data-state=finished]", new PageWaitForSelectorOptions { Timeout = 120_000 });
        Assert.Equal($"{Many - 1}", await page.GetAttributeAsync("[data-delivered]", "data-delivered"));
        Assert.InRange(all.Interactions, 1, 4);
        await Fixture.Neighbours.Messages.CatchUpAsync();
        Assert.All(SampleLetters.Ids(Prefix, Many), id => Assert.Single(Fixture.Neighbours.Messages.Of(id)));
    }
}
