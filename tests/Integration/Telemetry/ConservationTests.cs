using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Integration.Telemetry;

/// <summary>Over a real processor whose backend fails now and then: the counts add up at every scrape, and agree with the rows.</summary>
public sealed class ConservationTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const int Rows = 3000;

    [Fact]
    public async Task Polled_is_published_dead_refused_or_left_pending_at_every_scrape()
    {
        await Outbox.GenerateAsync(Prefix, Rows);
        for (var n = 0; n < 5; n++) await Outbox.AddAsync($"{Prefix}bad-{n}", new { title = "t", recipient = "" });
        await Outbox.AddAsync($"{Prefix}large", new { title = "t", body = new string('x', 1_100_000), recipient = "r" });
        // Failures that are tried again, some that leave rows to a later visit, and time to be met at work.
        await Control.ScriptAsync("main", "message/mark-sent", [.. Enumerable.Range(0, 600).Select(n => new GrpcJsOrder { Status = n % 3 == 0 ? 14 : null, DelayMs = 5 })]);
        await using var processor = await StartAsync();
        var scrapes = new List<Scrape>();
        while (await Outbox.CountAsync("PENDING") > 0) scrapes.Add(await Scrape.OfAsync(processor.Http));
        await Eventually.TrueAsync(
            async () => (await Scrape.OfAsync(processor.Http)).Of("hobom_relay_in_hand", "messages") == 0, null, () => "a visit does not end");
        scrapes.Add(await Scrape.OfAsync(processor.Http));
        Assert.All(scrapes, s => Assert.Equal(
            s.Of("hobom_relay_polled_total", "messages"),
            s.Of("hobom_relay_published_total", "messages") + s.Of("hobom_relay_dead_total", "messages")
                + s.Of("hobom_relay_refused_total", "messages") + s.Of("hobom_relay_left_pending", "messages")));
        Assert.True(scrapes.Exists(s => s.Of("hobom_relay_in_hand", "messages") > 0), "no scrape met a visit at work");
        var last = scrapes[^1];
        Assert.Equal(
            ((double)Rows, 1d, 5d),
            (last.Of("hobom_relay_published_total", "messages"), last.Of("hobom_relay_dead_total", "messages"), last.Of("hobom_relay_refused_total", "messages")));
        Assert.Equal(0, last.Of("hobom_relay_oldest_pending_age_seconds", "messages"));
        Assert.DoesNotContain(Prefix, last.ToString(), StringComparison.Ordinal);
    }
}
