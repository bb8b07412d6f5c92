using System.Globalization;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <summary>
/// Forgets the entries that waited as dead letters and whose letters are no more: discarded for good, expired, or deleted by others.
/// A letter that can be restored is one that is there.
/// </summary>
sealed class WaitingEntries(RedisConnection redis, LetterPort letters)
{
    /// <summary>An entry is said to wait before its letter is stored: for so long it may have none yet.</summary>
    static readonly TimeSpan LeastAge = TimeSpan.FromMinutes(10);

    const int PageSize = 500;

    /// <returns>How many were forgotten.</returns>
    public async Task<Either<StoreFailure, long>> ForgetAsync(string stream, DateTimeOffset now)
    {
        var (cursor, forgotten) = ("0", 0L);
        do
        {
            if (!(await PageAsync(stream, cursor)).TryGetRight(out var page, out var failure)) return failure;
            cursor = page.Next;
            (EntryId Id, string Since)[] old = [.. page.Entries.Where(e => IsBefore(e.Since, now - LeastAge))];
            if (old.Length == 0) continue;
            if (!(await letters.FindKept([.. old.Select(e => StreamLetters.KeyOf(stream, e.Id))])).TryGetRight(out var kept, out failure))
                return failure;
            RedisValue[] gone = [.. old.Where(e => !kept.Contains(StreamLetters.KeyOf(stream, e.Id)))
                .SelectMany(e => (RedisValue[])[e.Id.ToString(), e.Since])];
            if (gone.Length == 0) continue;
            var dropped = await redis.RunAsync(async db =>
                (long)await RedisScript.Forget.RunAsync(db, [RouterKeys.Settled(stream), RouterKeys.Waiting(stream)], gone));
            if (!dropped.TryGetRight(out var count, out failure)) return failure;
            forgotten += count;
        }
        while (cursor != "0");

        return forgotten;
    }

    Task<Either<StoreFailure, (string Next, IReadOnlyList<(EntryId Id, string Since)> Entries)>> PageAsync(string stream, string cursor) =>
        redis.RunAsync<(string, IReadOnlyList<(EntryId, string)>)>(async db =>
        {
            var reply = (RedisResult[])(await db.ExecuteAsync("HSCAN", (RedisKey)RouterKeys.Waiting(stream), cursor, "COUNT", PageSize))!;
            var entries = ((string[])reply[1]!).Chunk(2).Select(pair => (Id: EntryId.Parse(pair[0]), Since: pair[1]));
            return ((string)reply[0]!, [.. entries.Where(e => e.Id is not null).Select(e => (e.Id!.Value, e.Since))]);
        });

    static bool IsBefore(string since, DateTimeOffset limit) =>
        long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms < limit.ToUnixTimeMilliseconds();
}
