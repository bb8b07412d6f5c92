using System.Net.Http.Headers;
using Hobom.Slices.Tests.Integration.Processor;
using Hobom.Slices.Tests.Support;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>People and scripts of an organisation, over a real provider.</summary>
[Collection(BrowserCollection.Name)]
public sealed class OidcTests(BrowserFixture fixture)
{
    const string Pollers = "/hobom-event-processor/internal/api/v1/pollers";

    [BrowserFact]
    public async Task People_sign_in_there_and_have_the_roles_of_their_groups_and_scripts_show_its_tokens()
    {
        await fixture.Neighbours.ResetAsync();
        var port = LoopbackPort.Free();
        await using var provider = await OidcProvider.StartAsync(new Uri($"http://127.0.0.1:{port}/session/oidc/callback"));
        await using var processor = await RunningProcessor.StartAsync(fixture.Neighbours.Settings(
            [.. provider.Settings, ("HOBOM_HTTP_ADDR", $"127.0.0.1:{port}")]));

        await SignInAsync(processor, "ops-anna", async page =>
        {
            await page.WaitForSelectorAsync(".card .actions button");
            Assert.Equal("anna (oidc:ops-anna)", await page.InnerTextAsync(".who .name"));
        });
        await SignInAsync(processor, "look-ben", async page =>
        {
            await page.WaitForSelectorAsync(".card");
            Assert.Equal(0, await page.Locator(".card .actions button").CountAsync());
        });
        await SignInAsync(processor, "none-eve", async page =>
        {
            await page.WaitForSelectorAsync("[role=alert] p");
            Assert.DoesNotContain(await page.Context.CookiesAsync(), c => c.Name == "__Host-hobom");
        });

        foreach (var kind in (string[])["expired", "early", "foreign", "none", "hs256", "audience", "issuer"])
            Assert.Equal((kind, 401), (kind, await AskAsync(processor, HttpMethod.Get, Pollers, await provider.TokenAsync(kind))));
        Assert.Equal(200, await AskAsync(processor, HttpMethod.Get, Pollers, await provider.TokenAsync("good")));
        Assert.Equal(200, await AskAsync(processor, HttpMethod.Get, "/metrics", await provider.TokenAsync("good")));
        Assert.Equal(202, await AskAsync(processor, HttpMethod.Post, $"{Pollers}/messages/poll", await provider.TokenAsync("good")));
        Assert.Equal(403, await AskAsync(processor, HttpMethod.Post, $"{Pollers}/messages/poll", await provider.TokenAsync("good", "look")));
        Assert.Equal(403, await AskAsync(processor, HttpMethod.Get, Pollers, await provider.TokenAsync("good", "strangers")));

        var old = await provider.TokenAsync("good");
        await provider.RotateAsync();
        var fresh = await provider.TokenAsync("good");
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (await AskAsync(processor, HttpMethod.Get, Pollers, fresh) != 200)
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(60), "the provider's new key is not followed");
            await Task.Delay(500);
        }

        Assert.Equal(401, await AskAsync(processor, HttpMethod.Get, Pollers, old));
    }

    async Task SignInAsync(RunningProcessor processor, string login, Func<IPage, Task> look)
    {
        await using var context = await fixture.Browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = processor.Http.BaseAddress!.ToString() });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/");
        await page.ClickAsync("a[href='/session/oidc']");
        await page.FillAsync("input[name=login]", login);
        await page.FillAsync("input[name=password]", "any");
        await page.ClickAsync("button[type=submit]");
        // The provider asks whether this program may know who it is.
        await page.ClickAsync("button[type=submit]:has-text('Continue')");
        await look(page);
    }

    static async Task<int> AskAsync(RunningProcessor processor, HttpMethod method, string path, string token)
    {
        using var client = new HttpClient { BaseAddress = processor.Http.BaseAddress };
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
