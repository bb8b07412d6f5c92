using System.Globalization;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Runtime.Redis;
using StackExchange.Redis;

namespace Hobom.Slices.Broker.Stores.Redis;

/// <summary>What other programs see beside the journal: how each event is, and no entry of one that is gone.</summary>
/// <param name="head">The journal's, which tells whether anything was added.</param>
sealed class RedisShown(RedisConnection redis, string stream, RedisKey head, TimeProvider clock)
{
    /// <summary>At once, for the script holds up all others.</summary>
    const int RemoveLimit = 5000;

    static readonly TimeSpan StatusLife = TimeSpan.FromDays(7);

    /// <summary>Events that are gone and whose entries may be there still, with the event's id where that is known.</summary>
    readonly Dictionary<string, string?> left = new(StringComparer.Ordinal);

    Func<IReadOnlySet<string>> known = () => new HashSet<string>();

    RedisKey Entries => stream + ":entries";

    public async Task TellAsync(JournalNews news, string epoch)
    {
        known = news.Known;
        if (left.Count > 0)
        {
            // Published anew: its entry is another one, and is left.
            var there = known();
            foreach (var again in left.Keys.Where(there.Contains).ToArray()) left.Remove(again);
        }

        foreach (var gone in news.Gone) left[gone.ToString()] = gone.Id;
        if (news.Changed.Count > 0)
        {
            await redis.RunAsync(db => Task.WhenAll(
                news.Changed.Select(e => StoreScripts.Status.RunAsync(db, [StatusKey(e.Event.Id)], StatusOf(e, news.Position)))));
        }

        if (left.Count > 0) await RemoveAsync(news.Position, epoch);
    }

    /// <summary>Looks for entries whose events are gone, because whoever removed them died before he told.</summary>
    public async Task LookAsync()
    {
        var there = known();
        var found = await redis.RunAsync(
            async db =>
            {
                var all = new List<string>();
                await foreach (var entry in db.HashScanAsync(Entries, pageSize: 1000)) all.Add((string)entry.Name!);
                return all;
            },
            TimeSpan.FromSeconds(10));
        found.Iter(all =>
        {
            foreach (var gone in all.Where(one => !there.Contains(one))) left.TryAdd(gone, null);
        });
    }

    /// <summary>What is not removed now, because Redis is away or somebody was faster, is removed with what goes next.</summary>
    async Task RemoveAsync(ulong position, string epoch)
    {
        var some = left.Take(RemoveLimit).ToArray();
        RedisKey[] keys = [head, stream, Entries, .. some.Select(g => g.Value).OfType<string>().Select(StatusKey)];
        RedisValue[] arguments = [epoch, position, .. some.Select(g => (RedisValue)g.Key)];
        var removed = await redis.RunAsync(async db => (int)await StoreScripts.Remove.RunAsync(db, keys, arguments) == 1);
        if (!removed.Match(isDone => isDone, _ => false)) return;
        foreach (var gone in some) left.Remove(gone.Key);
    }

    RedisKey StatusKey(string id) => $"{stream}:status:{id}";

    RedisValue[] StatusOf(StoredEvent stored, ulong position)
    {
        var retries = stored.Handlings.Sum(h => Math.Max(0, h.Attempts - 1));
        var values = new List<RedisValue>
        {
            position, (long)StatusLife.TotalSeconds, "status", stored.Status.Word(),
            "updated_at", clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ssZ", CultureInfo.InvariantCulture), "retry_count", retries,
        };
        if (stored.Handlings.Select(h => h.LastError).LastOrDefault(e => e is not null) is { } error) values.AddRange(["error", error]);
        return [.. values];
    }
}
