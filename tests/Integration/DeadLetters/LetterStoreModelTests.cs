using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Support;
using Hobom.Slices.Tests.Integration.Redis;
using LanguageExt;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>
/// Random commands against the real store and against a dictionary. Some are cut off between two calls to Redis: then
/// the store must be as it was before or as it should be after, and nothing between.
/// </summary>
public sealed class LetterStoreModelTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    const int Commands = 200;
    static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);
    static readonly string[] Own = ["a", "b:c", "*"];
    static readonly string[] Foreign = ["f1", "f2"];

    readonly MovedClock clock = new();
    readonly Dictionary<string, ModelLetter> model = new(StringComparer.Ordinal);

    /// <summary>Letters that went without being delivered and have no tombstone yet, with how they went.</summary>
    readonly Dictionary<string, LetterEnd> vanished = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> tombstones = new(StringComparer.Ordinal);
    readonly List<string> told = [];
    Random random = new(0);
    CuttingForwarder proxy = null!;
    RedisConnection connection = null!;
    RedisDeadLetterStore store = null!;
    LetterReconciler upkeep = null!;
    LetterCatalogue catalogue = null!;
    LetterFeed feed = null!;
    int serial;

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        proxy = new CuttingForwarder(redis.Server.Port);
        connection = RedisFixture.ConnectionTo(proxy.Address);
        store = new RedisDeadLetterStore(connection, clock);
        upkeep = new LetterReconciler(connection, clock);
        catalogue = new LetterCatalogue(clock);
        feed = new LetterFeed(connection, catalogue, text => text, clock);
        (await feed.LoadAsync()).Right();
    }

    public async Task DisposeAsync()
    {
        feed.Dispose();
        await connection.DisposeAsync();
        await proxy.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task The_store_is_a_dictionary_with_a_time_to_live_whatever_is_cut_off(int seed)
    {
        random = new Random(seed);
        try
        {
            for (var i = 0; i < Commands; i++)
            {
                await CommandAsync();
                await CompareAsync();
            }

            await UpkeepAsync(true, cut: false);
            await CompareAsync();
            Assert.Contains(told, t => t.Contains(" cut ", StringComparison.Ordinal));
            Assert.NotEmpty(tombstones);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed} after:\n{string.Join('\n', told.TakeLast(12))}", e);
        }
    }

    Task CommandAsync()
    {
        var cut = random.Next(8) == 0;
        var id = random.Next(3) == 0 ? Foreign[random.Next(Foreign.Length)] : Own[random.Next(Own.Length)];
        return random.Next(20) switch
        {
            < 4 => SaveAsync(Own[random.Next(Own.Length)], cut),
            < 6 => NoteFailedAsync(id, cut),
            6 => DropAsync(id, cut),
            < 13 => ActAsync(id, (LetterAction)random.Next(5), cut),
            13 => OthersWriteAsync(Foreign[random.Next(Foreign.Length)]),
            14 => OthersDeleteAsync(id),
            15 or 16 => AdvanceAsync(random.Next(1, 60)),
            var n => UpkeepAsync(n == 17, cut),
        };
    }

    Task SaveAsync(string id, bool cut)
    {
        var (payload, failedAt) = ($"{{\"n\":{++serial}}}", clock.GetUtcNow());
        return WriteAsync(
            $"save {id}", id, cut, LetterModel.Save(model.GetValueOrDefault(id), payload, failedAt),
            () => store.SaveAsync(Of(Key(id), failedAt, Encoding.UTF8.GetBytes(payload))));
    }

    Task NoteFailedAsync(string id, bool cut) => WriteAsync(
        $"failed {id}", id, cut,
        model.GetValueOrDefault(id) is { Foreign: false, Discarded: false } letter ? letter with { Failed = true } : model.GetValueOrDefault(id),
        () => store.NoteRowFailedAsync(Key(id)));

    Task DropAsync(string id, bool cut) => WriteAsync($"drop {id}", id, cut, null, () => store.DropAsync(Key(id)), always: true);

    Task ActAsync(string id, LetterAction action, bool cut)
    {
        var order = new LetterCommand(action, "anna", "because");
        return WriteAsync(
            $"{action} {id}", id, cut, LetterModel.Act(model.GetValueOrDefault(id), action, clock.GetUtcNow()),
            async () => (await store.ActAsync(Key(id), order)).Map(_ => Unit.Default));
    }

    /// <param name="always">The command takes away what is left of a letter that vanished.</param>
    async Task WriteAsync(
        string name, string id, bool cut, ModelLetter? after, Func<Task<Either<StoreFailure, Unit>>> command, bool always = false)
    {
        if (cut) proxy.CutAt(random.Next(1, 3), random.Next(2) == 0);
        var result = await command();
        proxy.CutAt(0, false);
        told.Add($"{name}{(result.IsLeft ? " cut " : "")}");
        var wrote = result.IsRight;
        if (!wrote)
        {
            Assert.True(cut, $"{name}: {result}");
            await ReconnectAsync();
            wrote = always ? !(await HasTracesAsync(id)) : await IsAsync(id, after);
        }

        if (!wrote) return;
        if (after is null) model.Remove(id);
        else model[id] = after;
        if (always || after is not null) vanished.Remove(id);
    }

    async Task OthersWriteAsync(string id)
    {
        if (model.ContainsKey(id)) return;
        told.Add($"others write {id}");
        await redis.Plain.StringSetAsync($"dlq:menu:{id}", "{}", TimeSpan.FromHours(5));
        model[id] = new ModelLetter("{}", 0, Failed: false, Foreign: true, clock.GetUtcNow() + TimeSpan.FromHours(5));
        // Its old traces, if there are any, are the new letter's now.
        vanished.Remove(id);
    }

    async Task OthersDeleteAsync(string id)
    {
        if (!model.TryGetValue(id, out var letter) || letter.Discarded) return;
        told.Add($"others delete {id}");
        var indexed = await redis.Plain.SortedSetScoreAsync("dlqx:idx:menu", id) is not null;
        await redis.Plain.KeyDeleteAsync($"dlq:menu:{id}");
        model.Remove(id);
        // A letter that came and went between two looks was never seen.
        if (indexed) vanished[id] = LetterEnd.Removed;
    }

    /// <summary>Time passes for this program and for Redis alike.</summary>
    async Task AdvanceAsync(int steps)
    {
        var by = steps * new TimeSpan(0, 37, 11);
        told.Add($"advance {by}");
        clock.Ahead += by;
        string[] places = ["dlq:menu", "dlqx:meta:menu", "dlqx:discarded:menu"];
        foreach (var name in places.SelectMany(place => ((string[])[.. Own, .. Foreign]).Select(id => $"{place}:{id}")))
        {
            if (await redis.Plain.KeyTimeToLiveAsync(name) is not { } left) continue;
            if (left > by) await redis.Plain.KeyExpireAsync(name, left - by);
            else await redis.Plain.KeyDeleteAsync(name);
        }

        foreach (var (id, letter) in model.Where(m => m.Value.Expires <= clock.GetUtcNow()).ToList())
        {
            model.Remove(id);
            if (letter.Discarded) vanished[id] = LetterEnd.Discarded;
            else if (await redis.Plain.SortedSetScoreAsync("dlqx:idx:menu", id) is not null) vanished[id] = LetterEnd.Expired;
        }
    }

    async Task UpkeepAsync(bool whole, bool cut)
    {
        if (cut) proxy.CutAt(random.Next(1, 4), random.Next(2) == 0);
        var ended = whole ? (await upkeep.ReconcileAsync()).Map(_ => Unit.Default) : (await upkeep.SweepAsync()).Map(_ => Unit.Default);
        proxy.CutAt(0, false);
        told.Add($"{(whole ? "reconcile" : "sweep")}{(ended.IsLeft ? " cut " : "")}");
        if (ended.IsLeft)
        {
            Assert.True(cut, $"upkeep: {ended}");
            await ReconnectAsync();
        }

        var stones = (await new RedisTombstones(connection).PageAsync(new TombstoneFilter(), 1000, null)).Right().Tombstones;
        foreach (var id in (string[])[.. Own, .. Foreign])
        {
            var count = stones.Count(s => s.Key == $"dlq:menu:{id}");
            var before = tombstones.GetValueOrDefault(id);
            if (count == before + 1 && vanished.Remove(id, out var how))
            {
                var expired = stones.First(s => s.Key == $"dlq:menu:{id}").Why;
                Assert.True(expired == how || (how == LetterEnd.Removed && expired == LetterEnd.Expired), $"{id}: {expired}, not {how}");
                tombstones[id] = count;
            }
            else
            {
                Assert.True(count == before, $"{id}: {count} tombstones, not {before}");
            }
        }

        // The whole look sees Redis' own count of the time; the other, what was expected.
        if (whole && ended.IsRight) Assert.Empty(vanished);
    }

    async Task CompareAsync()
    {
        foreach (var id in (string[])[.. Own, .. Foreign])
            Assert.True(await IsAsync(id, model.GetValueOrDefault(id)), $"{id} is not {model.GetValueOrDefault(id)}");
        (await feed.FollowAsync()).Right();
        foreach (var letter in catalogue.Letters)
        {
            if (!model.TryGetValue(letter.Key.Id, out var expected))
            {
                Assert.True(vanished.ContainsKey(letter.Key.Id) || Foreign.Contains(letter.Key.Id), $"{letter.Key} is listed and gone");
                continue;
            }

            if (expected.Foreign) continue;
            Assert.Equal(expected.State, letter.Summary.State);
        }

        foreach (var (id, letter) in model.Where(m => !m.Value.Foreign))
        {
            var listed = Assert.Single(catalogue.Letters, l => l.Key.Id == id);
            if (!letter.Discarded) Assert.True(Near(letter.Expires, listed.ExpiresAt), $"{id} is listed until {listed.ExpiresAt}");
        }
    }

    async Task<bool> IsAsync(string id, ModelLetter? expected)
    {
        var here = (await store.GetAsync(Key(id))).Right();
        var aside = (await store.GetDiscardedAsync(Key(id))).Right();
        if (expected is null) return here is LetterLookup.Missing && aside is LetterLookup.Missing;
        var (at, not) = expected.Discarded ? (aside, here) : (here, aside);
        if (not is not LetterLookup.Missing || at is not LetterLookup.Found(var letter)) return false;
        var record = (letter.Record as RecordReading.Readable)?.Record;
        return Encoding.UTF8.GetString(letter.Payload.Span) == expected.Payload
            && (record is null) == expected.Foreign
            && (record is null || (record.AttemptCount == expected.Attempts && LetterStates.Of(record) == expected.State))
            && Near(expected.Expires, clock.GetUtcNow() + letter.TimeLeft);
    }

    async Task<bool> HasTracesAsync(string id) =>
        await redis.Plain.KeyExistsAsync($"dlq:menu:{id}") || await redis.Plain.KeyExistsAsync($"dlqx:discarded:menu:{id}")
        || await redis.Plain.HashExistsAsync("dlqx:sum:menu", id);

    async Task ReconnectAsync()
    {
        for (var tries = 0; (await connection.RunAsync(db => db.PingAsync())).IsLeft; tries++)
        {
            Assert.True(tries < 200, "the connection did not come back");
            await Task.Delay(50);
        }
    }

    static bool Near(DateTimeOffset? a, DateTimeOffset? b) =>
        a is null || b is null ? a is null && b is null : (a.Value - b.Value).Duration() < Tolerance;
}
