using System.Globalization;
using Hobom.Slices.Core;
using LanguageExt;
using StackExchange.Redis;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>Since when positions of a category are kept, and when they were not.</summary>
/// <param name="Since">Null where none are.</param>
/// <param name="Gaps">Minutes in which records were published without being kept.</param>
public sealed record PositionCoverage(DateTimeOffset? Since, IReadOnlyList<DateTimeOffset> Gaps)
{
    public static readonly TimeSpan GapLength = TimeSpan.FromMinutes(1);
}

/// <summary>
/// Where events were published, by id, for as long as the setting says: a hash <c>dlqx:pos:&lt;category&gt;:&lt;hour&gt;</c> for each
/// hour (unix time in hours), which goes as a whole; and <c>dlqx:poskept:&lt;category&gt;</c>, a sorted set: <c>since:&lt;seconds&gt;</c>
/// by when the keeping for so long began, and <c>gap:&lt;minute&gt;</c> for each minute in which it did not happen, unix time in ms.
/// </summary>
public sealed class KeptPositions(RedisConnection redis, TimeSpan retention, TimeProvider clock)
{
    public static readonly TimeSpan DefaultRetention = TimeSpan.FromHours(72);

    public static readonly TimeSpan LongestRetention = TimeSpan.FromDays(30);

    const string GapPrefix = "gap:";

    /// <summary>Fields of one look at a hash.</summary>
    const int PageSize = 1000;

    static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(20);

    /// <summary>Zero keeps nothing.</summary>
    public TimeSpan Retention => retention;

    /// <summary>A longer time begins anew: what was kept for a shorter one is gone already.</summary>
    string SinceMember => string.Create(CultureInfo.InvariantCulture, $"since:{(long)retention.TotalSeconds}");

    static string Bucket(Category category, long hour) => $"dlqx:pos:{category.Name}:{hour.ToString(CultureInfo.InvariantCulture)}";

    static string Coverage(Category category) => $"dlqx:poskept:{category.Name}";

    static long HourOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 3600;

    /// <summary>What keeps them, to go along with another write; nothing of it keeps that one from being made.</summary>
    internal IEnumerable<RedisCommand> Commands(Category category, IReadOnlyList<PublishedEvent> events)
    {
        if (events.Count == 0) yield break;
        foreach (var hour in events.GroupBy(e => HourOf(e.PublishedAt)))
        {
            var bucket = Bucket(category, hour.Key);
            yield return RedisCommand.SetFields(bucket, [.. hour.Select(e => new HashEntry(e.Id.Value, e.Format()))]).Tolerated();
            yield return RedisCommand.Live(bucket, retention + TimeSpan.FromHours(1)).Tolerated();
        }

        var first = events.Min(e => e.PublishedAt).ToUnixTimeMilliseconds();
        yield return RedisCommand.RankNew(Coverage(category), SinceMember, first).Tolerated();
        yield return RedisCommand.Live(Coverage(category), retention + TimeSpan.FromHours(1)).Tolerated();
    }

    /// <summary>That events of these minutes were published and are not kept.</summary>
    internal static IEnumerable<RedisCommand> GapCommands(Category category, IEnumerable<DateTimeOffset> publishedAt)
    {
        foreach (var minute in publishedAt.Select(t => t.ToUnixTimeSeconds() / 60).Distinct())
            yield return RedisCommand.Rank(
                Coverage(category), string.Create(CultureInfo.InvariantCulture, $"{GapPrefix}{minute}"), minute * 60_000).Tolerated();
        yield return RedisCommand.Live(Coverage(category), LongestRetention).Tolerated();
    }

    /// <summary>The last that is known; none where it is not kept (any more).</summary>
    public Task<Either<StoreFailure, Option<PublishedEvent>>> FindAsync(Category category, EventId id) => redis.RunAsync(
        async db =>
        {
            var now = clock.GetUtcNow();
            foreach (var hours in HoursBack(now).Chunk(100))
            {
                var found = await Task.WhenAll(hours.Select(hour => ValueOrNoneAsync(db, Bucket(category, hour), id.Value)));
                foreach (var text in found)
                    if ((string?)text is { } kept && PublishedEvent.Parse(id, kept) is { } place) return Option<PublishedEvent>.Some(place);
            }

            return Option<PublishedEvent>.None;
        },
        ReadLimit);

    public Task<Either<StoreFailure, PositionCoverage>> CoverageAsync(Category category) => redis.RunAsync(
        async db =>
        {
            var entries = await db.SortedSetRangeByRankWithScoresAsync(Coverage(category));
            DateTimeOffset? since = null;
            var gaps = new List<DateTimeOffset>();
            foreach (var entry in entries)
            {
                var at = DateTimeOffset.FromUnixTimeMilliseconds((long)entry.Score);
                if (entry.Element == SinceMember) since = at;
                else if (((string?)entry.Element)?.StartsWith(GapPrefix, StringComparison.Ordinal) is true) gaps.Add(at);
            }

            var oldest = clock.GetUtcNow() - retention;
            return new PositionCoverage(since < oldest ? oldest : since, gaps);
        },
        ReadLimit);

    /// <summary>Hands over all that were published from one time to the other, page by page, in no order; some perhaps twice.</summary>
    public async Task<Either<StoreFailure, Unit>> ReadAsync(
        Category category, DateTimeOffset from, DateTimeOffset to, Action<PublishedEvent> read)
    {
        for (var hour = HourOf(from); hour <= HourOf(to); hour++)
        {
            var cursor = 0L;
            do
            {
                var page = await redis.RunAsync(db => PageAsync(db, Bucket(category, hour), cursor), ReadLimit);
                if (!page.TryGetRight(out var answer, out var failure)) return failure;
                (cursor, var fields) = answer;
                foreach (var (name, text) in fields)
                    if (name.Length > 0 && PublishedEvent.Parse(new EventId(name), text) is { } place
                        && place.PublishedAt >= from && place.PublishedAt <= to) read(place);
            }
            while (cursor != 0);
        }

        return Unit.Default;
    }

    IEnumerable<long> HoursBack(DateTimeOffset now)
    {
        for (var hour = HourOf(now) + 1; hour >= HourOf(now - retention); hour--) yield return hour;
    }

    /// <summary>Another program may have put something else there.</summary>
    static async Task<RedisValue> ValueOrNoneAsync(IDatabase db, string key, string field)
    {
        try
        {
            return await db.HashGetAsync(key, field);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return RedisValue.Null;
        }
    }

    /// <summary>In so many words: the client's own way to scan takes more than one round trip in one call.</summary>
    static async Task<(long Cursor, IReadOnlyList<(string Name, string Text)> Fields)> PageAsync(IDatabase db, string key, long cursor)
    {
        var answer = (RedisResult[])(await db.ExecuteAsync("HSCAN", (RedisKey)key, cursor, "COUNT", PageSize))!;
        var flat = (string[])answer[1]!;
        var fields = new List<(string, string)>(flat.Length / 2);
        for (var at = 0; at + 1 < flat.Length; at += 2) fields.Add((flat[at], flat[at + 1]));
        return ((long)answer[0], fields);
    }
}
