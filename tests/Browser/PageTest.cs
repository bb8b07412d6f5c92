using System.Net.Http.Json;
using System.Text.Json;
using Hobom.Slices.Tests.Integration.Processor;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

/// <summary>What each of these tests begins with: empty neighbours, a processor, and nobody signed in.</summary>
[Collection(BrowserCollection.Name)]
public abstract class PageTest(BrowserFixture fixture) : IAsyncLifetime
{
    protected const string Api = "/hobom-event-processor/internal/api/v1";

    readonly List<Watched> pages = [];

    protected BrowserFixture Fixture => fixture;

    protected RunningProcessor Processor { get; private set; } = null!;

    internal SampleLetters Letters { get; private set; } = null!;

    /// <summary>Of this test's event ids.</summary>
    protected string Prefix { get; } = $"e{Guid.NewGuid().ToString("N")[..8]}-";

    /// <summary>
    /// Answers that a test brings about: a browser tells each in its console. A processor that has just started is not ready, and the
    /// overview asks.
    /// </summary>
    protected HashSet<int> ExpectedStatuses { get; } = [503];

    /// <summary>The test takes answers away, or the processor: a browser tells each request that gets none.</summary>
    protected bool ExpectsLostRequests { get; set; }

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null) return;
        await fixture.Neighbours.ResetAsync();
        Letters = new SampleLetters(fixture.Store, fixture.Neighbours.Control);
        await PrepareAsync();
        Processor = await RunningProcessor.StartAsync(Settings());
    }

    public async Task DisposeAsync()
    {
        if (Chromium.Path is null) return;
        foreach (var page in pages) await page.Page.Context.CloseAsync();
        await Processor.DisposeAsync();
        Assert.Equal([], pages.SelectMany(p => p.Complaints).Where(c => !IsExpected(c)));
        Assert.Equal([], pages.SelectMany(p => p.ForeignRequests));
    }

    bool IsExpected(string complaint) =>
        ExpectedStatuses.Any(s => complaint.Contains($"status of {s}", StringComparison.Ordinal))
        || (ExpectsLostRequests && complaint.Contains("net::ERR_", StringComparison.Ordinal));

    /// <summary>Letters that are there before the processor is.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Of the processor.</summary>
    protected virtual Dictionary<string, string> Settings() => fixture.Neighbours.Settings(
        ("HOBOM_KEYS_FILE", fixture.KeysPath),
        // No test here wants a publish to time out, and on a busy machine one may wait for longer than the default.
        ("HOBOM_KAFKA_DELIVERY_TIMEOUT", "30s"));

    protected async Task<IPage> SignedInAsync(
        string role = "editor", string language = "en-US", ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        var page = await NewPageAsync(language, theme, width);
        await page.GotoAsync("/");
        await page.FillAsync("input[name=key]", fixture.Keys[role]);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("nav");
        return page;
    }

    protected async Task<IPage> NewPageAsync(string language = "en-US", ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        var context = await fixture.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Processor.Http.BaseAddress!.ToString(), Locale = language, ColorScheme = theme,
            ViewportSize = new ViewportSize { Width = width, Height = width < 500 ? 844 : 720 },
        });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        pages.Add(new Watched(page, Processor.Http.BaseAddress!));
        return page;
    }

    /// <summary>When it returns, the page has begun to show the view.</summary>
    internal static Task ShowAsync(IPage page, string hash) => page.EvaluateAsync(
        """
        hash => new Promise(done => {
          const before = location.href;
          addEventListener('hashchange', () => done(), { once: true });
          location.hash = hash;
          if (location.href === before) done();
        })
        """,
        hash);

    /// <summary>Adds letters to those that are there, until the processor knows of all.</summary>
    protected async Task AddLettersAsync(IEnumerable<string> ids, int total)
    {
        await Letters.AddAsync(ids);
        await UntilAsync("/dlq/counts", found => found.GetProperty("total").GetInt32() == total);
    }

    /// <summary>What the API tells is so; one that cannot tell yet is asked again.</summary>
    protected Task UntilAsync(string path, Func<JsonElement, bool> isSo) => Eventually.TrueAsync(
        async () =>
        {
            using var answer = await Processor.Http.GetAsync(new Uri($"{Api}{path}", UriKind.Relative));
            return answer.IsSuccessStatusCode && isSo(await answer.Content.ReadFromJsonAsync<JsonElement>());
        },
        TimeSpan.FromSeconds(60), () => Processor.Output);

    /// <summary>All that a browser says against a page.</summary>
    sealed class Watched
    {
        public Watched(IPage page, Uri own)
        {
            Page = page;
            page.Console += (_, said) =>
            {
                if (said.Type is "error" or "warning") Complaints.Add($"{said.Type}: {said.Text}");
            };
            page.PageError += (_, error) => Complaints.Add(error);
            page.Request += (_, request) =>
            {
                if (!request.Url.StartsWith(own.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                    ForeignRequests.Add(request.Url);
            };
        }

        public IPage Page { get; }

        public List<string> Complaints { get; } = [];

        public List<string> ForeignRequests { get; } = [];
    }
}
