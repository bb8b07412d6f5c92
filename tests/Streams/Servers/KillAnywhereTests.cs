using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Streams;
using Hobom.Slices.Tests.Streams.Rules;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEntry = Hobom.Slices.Streams.StreamEntry;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>
/// A process ends before any of its calls to Redis, as the seed has it; the next one has nothing but what Redis has. The
/// workers are the router's own.
/// </summary>
public sealed class KillAnywhereTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    const int SeedCount = 1000;
    const int Kills = 3;

    readonly KillingClock clock = new();

    [Fact]
    [Trait("row", "D19")]
    public async Task N2_after_kills_between_any_two_steps_every_counter_is_the_number_of_distinct_events_for_1000_seeds()
    {
        await using var redis = new RedisConnection(AddressOf(Fixture.Server.Address), clock, NullLogger<RedisConnection>.Instance);
        await using var waiting = RouterFixture.ConnectionTo(Fixture.Server.Address);
        for (var seed = 1; seed <= SeedCount; seed++) await RunAsync(seed, redis, waiting);
        Assert.True(clock.Killed > SeedCount, $"only {clock.Killed} kills");
    }

    async Task RunAsync(int seed, RedisConnection redis, RedisConnection waiting)
    {
        var chance = new Random(seed);
        await Fixture.ClearAsync();
        var history = HistoryOf(chance);
        foreach (var entry in history)
            await Db.AddAsync("events:auth", entry.Id.ToString(), [.. entry.Fields.SelectMany(f => (string[])[f.Name, f.Text!])]);
        var isDealt = chance.Next(2) == 0;
        var owned = StreamLayout.PartsOf("auth", isDealt ? 2 : 1).Where(p => p.Key == "events:auth").ToArray();
        var counted = 0L;
        for (var process = 0; process <= Kills; process++)
        {
            clock.KillAfter(process < Kills ? chance.Next(1, 25) : null);
            await ProcessAsync($"{seed}-{process}", chance.Next(1, 5), owned, redis, waiting, history.Count);
            var logins = await LoginsAsync();
            Assert.True(logins >= counted, $"seed {seed}: {logins} logins after {counted}");
            counted = logins;
        }

        var model = StateModel.FoldOf(history);
        foreach (var key in model.Keys)
        {
            var found = (await Db.HashGetAllAsync(key)).OrderBy(f => (string)f.Name!, StringComparer.Ordinal);
            Assert.Equal(
                $"{seed} {string.Join(' ', model.Hash(key).Select(f => $"{f.Key}={f.Value}"))}",
                $"{seed} {string.Join(' ', found.Select(f => $"{f.Name}={f.Value}"))}");
        }

        Assert.Equal(model.Events.Count, await Db.StreamLengthAsync(StreamLayout.StreakStream));
        Assert.Equal((0, 0), (await Db.PendingAsync("events:auth"), await Db.HashLengthAsync(RouterKeys.Waiting("events:auth"))));
    }

    /// <summary>Ends when it is killed, or when everything is done.</summary>
    async Task ProcessAsync(
        string name, int readCount, ShardStream[] owned, RedisConnection redis, RedisConnection waiting, int entries)
    {
        using var stop = new CancellationTokenSource();
        using var meter = new RouterMeter();
        var settings = RouterSettings.Default with { ReadCount = readCount, Block = TimeSpan.FromMilliseconds(10), Retention = null };
        var parts = new RouterParts(
            name, settings, HandlerRegistry.Default, redis, () => waiting, NoLetters, () => false, meter, TimeProvider.System,
            NullLogger.Instance);
        var work = new List<Task>();
        foreach (var part in owned)
        {
            // Its owner is dead, and the lease over.
            await Db.StringSetAsync(RouterKeys.Lease(part.Name), name);
            var store = new ShardStore(redis, settings, part, name, holder: name);
            var watched = part.Part is StreamPart.Slice ? RouterKeys.Bell(part.Name) : part.Key;
            var news = new NewEntries(watched, () => waiting, settings.Block, TimeProvider.System);
            var progress = new ShardProgress(part.Name);
            work.Add(part.Part is StreamPart.Dealing
                ? new DealingWorker(part, store, news, progress, parts, () => false).RunAsync(stop.Token)
                : new ShardWorker(part, store, news, progress, parts, () => false, afterCrash: false).RunAsync(stop.Token));
        }

        var dead = Task.WhenAny(work);
        while (!dead.IsCompleted && !await IsDoneAsync(entries)) await Task.WhenAny(dead, Task.Delay(1));
        await stop.CancelAsync();
        clock.KillRest();
        try
        {
            await Task.WhenAll(work);
        }
        catch (KillingClock.ProcessKilledException)
        {
            // As planned; what it has told Redis is there, and nothing else.
        }
    }

    async Task<bool> IsDoneAsync(int entries) =>
        await Db.SortedSetLengthAsync(RouterKeys.Settled("events:auth")) == entries && await Db.PendingAsync("events:auth") == 0;

    async Task<long> LoginsAsync() =>
        (await Task.WhenAll(Enumerable.Range(0, 3).Select(u => Db.CountAsync($"state:user:u{u}", "login_count")))).Sum();

    /// <summary>Logins of three users on some ten days, so that there are streaks to tell of.</summary>
    static List<StreamEntry> HistoryOf(Random chance) =>
        [.. Enumerable.Range(0, chance.Next(8, 30)).Select(i => Entries.Of(
            "auth", $"{1768700000000 + (i * 86_400_000L / 3)}-{i}", ("type", chance.Next(5) == 0 ? "logout" : "login"),
            ("user_id", $"u{chance.Next(3) * chance.Next(2)}")))];

    static RedisAddress AddressOf(string text) =>
        RedisAddress.Parse(text).Match(Right: a => a, Left: fault => throw new InvalidOperationException(fault.Message));

    static readonly LetterPort NoLetters = new(
        _ => throw new InvalidOperationException("an entry failed"), _ => throw new InvalidOperationException(),
        _ => throw new InvalidOperationException(), _ => throw new InvalidOperationException());
}
