using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Hobom.Slices.Tests.Browser;

/// <summary>
/// Many letters of forty causes, 20,000 or as many as HOBOM_LETTERS says: what it costs to look at them. Times are told and not
/// judged: the machine is shared.
/// </summary>
public sealed class ManyLettersTests(BrowserFixture fixture, ITestOutputHelper output) : PageTest(fixture)
{
    const int AtOnce = 1_000;
    const int Causes = 40;

    static readonly int Many = int.Parse(
        Environment.GetEnvironmentVariable("HOBOM_LETTERS") ?? "20000", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Makes letters like the first one, as the store writes them, a second apart.</summary>
    const string CopyScript = """
        local first, prefix = ARGV[1], ARGV[2]
        local payload, record = redis.call('GET', 'dlq:menu:' .. first), redis.call('GET', 'dlqx:meta:menu:' .. first)
        local summary, at = redis.call('HGET', 'dlqx:sum:menu', first), tonumber(redis.call('ZSCORE', 'dlqx:idx:menu', first))
        local life, ends = redis.call('PTTL', 'dlq:menu:' .. first), tonumber(redis.call('ZSCORE', 'dlqx:exp:menu', first))
        for n = tonumber(ARGV[3]), tonumber(ARGV[4]) do
          local id, cause = string.format('%s%06d', prefix, n), 'timed out at broker ' .. string.char(97 + n % tonumber(ARGV[5]) % 26)
            .. string.char(97 + math.floor(n % tonumber(ARGV[5]) / 26))
          local function like(text) return (text:gsub(first, id):gsub('Local: Message timed out', cause)) end
          redis.call('SET', 'dlq:menu:' .. id, like(payload), 'PX', life)
          redis.call('SET', 'dlqx:meta:menu:' .. id, like(record), 'PX', life)
          redis.call('HSET', 'dlqx:sum:menu', id, like(summary))
          redis.call('ZADD', 'dlqx:idx:menu', at - n * 1000, id)
          redis.call('ZADD', 'dlqx:exp:menu', ends, id)
        end
        return redis.call('ZCARD', 'dlqx:idx:menu')
        """;

    protected override async Task PrepareAsync()
    {
        // No pattern character in it: the script looks for it as it is.
        var first = $"a{Prefix.Replace("-", "", StringComparison.Ordinal)}";
        await Letters.AddAsync([first]);
        for (var from = 1; from < Many; from += AtOnce)
            await Fixture.Neighbours.Plain.ScriptEvaluateAsync(
                CopyScript, null, [first, Prefix, from, Math.Min(Many - 1, from + AtOnce - 1), Causes]);
        Assert.Equal(Many, await Fixture.Neighbours.Plain.SortedSetLengthAsync("dlqx:idx:menu"));
    }

    [BrowserFact]
    public async Task The_list_costs_little_finds_quickly_and_holds_one_page_only()
    {
        var begun = Stopwatch.StartNew();
        var warm = await SignedInAsync();
        await ShowAsync(warm, "#/letters/list");
        // At its start a processor reads all of them, and then looks at each: on a busy machine that takes its time.
        await warm.WaitForSelectorAsync($"[data-total='{Many}']", new PageWaitForSelectorOptions { Timeout = 240_000 });

        // Signed in, and nothing else kept.
        var cold = await SignedInAsync();
        await cold.GotoAsync("about:blank");
        var network = await cold.Context.NewCDPSessionAsync(cold);
        await network.SendAsync("Network.enable");
        await network.SendAsync(
            "Network.setCacheDisabled", new Dictionary<string, object>(StringComparer.Ordinal) { ["cacheDisabled"] = true });
        output.WriteLine($"the letters are there {begun.Elapsed.TotalSeconds:0} s after the start");
        var answers = new List<IResponse>();
        cold.Response += (_, answer) => answers.Add(answer);
        var since = Stopwatch.StartNew();
        await cold.GotoAsync("/#/letters/list");
        await cold.WaitForSelectorAsync("tr[data-key]");
        var took = since.ElapsedMilliseconds;
        var sizes = await Task.WhenAll(answers.ToArray().Where(a => !a.Url.EndsWith("/changes", StringComparison.Ordinal)).Select(a => a.Request.SizesAsync()));
        var bytes = sizes.Sum(s => s.ResponseBodySize + s.ResponseHeadersSize);
        output.WriteLine($"cold until the list is there: {took} ms, {sizes.Length} requests, {bytes} bytes");
        Assert.InRange(bytes, 1, 150_000);

        await warm.EvaluateAsync(Watch);
        var times = new List<double>();
        foreach (var text in (string[])["0", "00", "001", "0012", "00123", "broker a", "broker b", "none", "9999"])
        {
            await warm.EvaluateAsync("() => { window.asked = 0; }");
            await warm.FillAsync("#filter-text", text);
            await warm.WaitForFunctionAsync("() => window.asked > 0");
            times.Add(await warm.EvaluateAsync<double>("() => window.asked"));
        }

        output.WriteLine($"key to result: {string.Join(' ', times.Select(t => $"{t:0}"))} ms, 120 of them the pause of who types");
        await warm.WaitForSelectorAsync("tr[data-key$='9999']");
        output.WriteLine($"the API alone: {await AskTimesAsync()}");

        await ShowAsync(warm, "#/letters/list?category=menu");
        await warm.WaitForSelectorAsync($"[data-total='{Many}']");
        for (var page = 0; page < 20; page++)
        {
            var last = await warm.GetAttributeAsync("tr[data-key] >> nth=-1", "data-key");
            await warm.ClickAsync(".pager button:last-child");
            await warm.WaitForFunctionAsync("last => document.querySelector('tr[data-key]')?.dataset.key > last", last);
        }

        Assert.Equal(50, await warm.Locator("tr[data-key]").CountAsync());
        Assert.InRange(await warm.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 1, 2000);
        await ShowAsync(warm, "#/letters");
        await warm.WaitForSelectorAsync(".group");
        Assert.Contains(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Many:N0} letters"), await warm.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Equal(Causes + 1, await warm.Locator(".group").CountAsync());
    }

    /// <summary>Through 10,000 rows at most, page by page, with the wheel and the mouse, and a word typed now and then.</summary>
    [BrowserFact]
    public async Task Going_through_ten_thousand_rows_is_told_in_frames_and_in_delays()
    {
        var page = await SignedInAsync();
        await ShowAsync(page, "#/letters/list");
        await page.WaitForSelectorAsync($"[data-total='{Many}']", new PageWaitForSelectorOptions { Timeout = 240_000 });
        await page.EvaluateAsync(WatchFeel);
        var box = await page.Locator("tbody").BoundingBoxAsync();
        await page.Mouse.MoveAsync(box!.X + 200, box.Y + 100);
        var rows = 0;
        for (; rows < 10_000; rows += 50)
        {
            await page.EvaluateAsync("() => { window.scrolling = true; }");
            for (var turn = 0; turn < 6; turn++) await page.Mouse.WheelAsync(0, 300);
            await page.WaitForFunctionAsync("() => innerHeight + scrollY >= document.documentElement.scrollHeight - 2");
            await page.EvaluateAsync("() => { window.scrolling = false; }");
            if (rows % 1000 == 0)
            {
                await page.Keyboard.PressAsync("j");
                await page.Keyboard.PressAsync("x");
                await page.Keyboard.PressAsync("x");
            }

            var next = page.Locator(".pager button:last-child");
            if (rows + 50 >= Many) break;
            var last = await page.GetAttributeAsync("tr[data-key] >> nth=-1", "data-key");
            await next.ClickAsync();
            await page.WaitForFunctionAsync("last => document.querySelector('tr[data-key]')?.dataset.key > last", last);
        }

        output.WriteLine($"{rows} rows: {await page.EvaluateAsync<string>(Feel)}");
        Assert.InRange(await page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 1, 2000);
    }

    /// <summary>Keeps the time between frames while somebody scrolls, and from each input to the next frame.</summary>
    const string WatchFeel = """
        () => {
          window.frames_ = [];
          window.delays = [];
          let last = 0;
          const frame = now => {
            if (window.scrolling && last) window.frames_.push(now - last);
            last = window.scrolling ? now : 0;
            requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
          new PerformanceObserver(list => list.getEntries().filter(e => e.interactionId).forEach(e => window.delays.push(e.duration)))
            .observe({ type: 'event', durationThreshold: 16 });
        }
        """;

    const string Feel = """
        () => {
          const at = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0;
          const inputs = performance.interactionCount;
          const all = [...Array(Math.max(0, inputs - window.delays.length)).fill(0), ...window.delays];
          return `${window.frames_.length} frames while scrolling, ${(1000 / at(window.frames_, 0.5)).toFixed(0)} a second (median), `
            + `95 of 100 within ${at(window.frames_, 0.95).toFixed(0)} ms; ${inputs} inputs, next frame (p95) within ${at(all, 0.95)} ms, at worst ${at(all, 1)} ms`;
        }
        """;

    /// <summary>Tells how long it took from a key in the filter until the list that it asked for is shown.</summary>
    const string Watch = """
        () => {
          let pressed = 0;
          document.addEventListener('input', () => { pressed = performance.now(); }, true);
          new MutationObserver(changes => {
            if (changes.some(c => [...c.addedNodes].some(n => n.dataset?.total || n.querySelector?.('[data-total]'))))
              window.asked = performance.now() - pressed;
          }).observe(document.getElementById('main'), { childList: true, subtree: true });
        }
        """;

    async Task<string> AskTimesAsync()
    {
        var times = new List<long>();
        foreach (var query in (string[])["text=0", "text=0012", "text=broker%20a", "text=none", "group=none", ""])
        {
            var since = Stopwatch.StartNew();
            using var answer = JsonDocument.Parse(await Processor.Http.GetStringAsync(
                new Uri($"/hobom-event-processor/internal/api/v1/dlq?limit=50&{query}", UriKind.Relative)));
            times.Add(since.ElapsedMilliseconds);
        }

        return $"{string.Join(' ', times)} ms";
    }
}
