using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>The work on <c>events:auth</c> without the router around it: its end is the test's to choose, to the step.</summary>
sealed class LoneWorker : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly RouterMeter meter = new();
    readonly RedisConnection letters;
    readonly NewEntries news;
    readonly Task work;

    LoneWorker(
        RouterFixture fixture, RouterSettings settings, HandlerRegistry handlers, Func<LetterPort, LoneWorker, LetterPort> lettersOf)
    {
        (Redis, letters) = (RouterFixture.ConnectionTo(fixture.Server.Address), RouterFixture.ConnectionTo(fixture.Server.Address));
        var parts = new RouterParts(
            "lone", settings, handlers, Redis, () => letters, lettersOf(new RedisDeadLetterStore(letters, TimeProvider.System).Port, this),
            () => false, meter, TimeProvider.System, NullLogger.Instance);
        var part = StreamLayout.PartsOf("auth", 1).Single(p => p.Key == "events:auth");
        news = new NewEntries(part.Key, () => letters, TimeSpan.FromMilliseconds(10), TimeProvider.System);
        work = new ShardWorker(
            part, new ShardStore(Redis, settings, part, "lone", "1 lone"), news, new ShardProgress(part.Name), parts, () => false,
            afterCrash: false).RunAsync(stop.Token);
    }

    /// <summary>Of all that it does but letters.</summary>
    public RedisConnection Redis { get; }

    /// <param name="lettersOf">From the real ones.</param>
    public static async Task<LoneWorker> StartAsync(
        RouterFixture fixture, RouterSettings settings, HandlerRegistry handlers, Func<LetterPort, LoneWorker, LetterPort>? lettersOf = null)
    {
        await fixture.Plain.StringSetAsync(RouterKeys.Lease("events:auth"), "1 lone");
        return new LoneWorker(fixture, settings, handlers, lettersOf ?? ((port, _) => port));
    }

    public void TellToStop() => stop.Cancel();

    /// <summary>Told to stop, and at its end.</summary>
    public async ValueTask DisposeAsync()
    {
        TellToStop();
        await work;
        await news.DisposeAsync();
        await Redis.DisposeAsync();
        await letters.DisposeAsync();
        meter.Dispose();
        stop.Dispose();
    }
}
