using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <summary>Whether an entry of the same user that came after a letter's was applied.</summary>
static class NewerEntry
{
    /// <summary>Entries that are looked through.</summary>
    const int Limit = 1000;

    /// <param name="user">The letter's record key.</param>
    public static async Task<NewerEvent> FindAsync(RedisConnection redis, DeadLetterKey letter, string user)
    {
        if (user.Length == 0 || letter.Id.LastIndexOf(':') is not (> 0 and var colon)) return new NewerEvent.NotKept();
        if (EntryId.Parse(letter.Id[(colon + 1)..]) is not { } id) return new NewerEvent.NotKept();
        var found = await redis.RunAsync(db => FindAsync(db, letter.Id[..colon], id, user));
        return found.Match(Right: newer => newer, Left: failure => new NewerEvent.Away(failure));
    }

    static async Task<NewerEvent> FindAsync(IDatabase db, string stream, EntryId id, string user)
    {
        var later = EntryReading.Entries(stream, await db.ExecuteAsync("XRANGE", (RedisKey)stream, $"({id}", "+", "COUNT", Limit));
        foreach (var entry in later.Where(e => Fields.UserOf(e) == user))
        {
            // Settled are those that were applied and those that became letters: these wait, or have half a millisecond to their names.
            var settled = db.SortedSetScoreAsync(RouterKeys.Settled(stream), entry.Id.ToString());
            var buried = db.HashExistsAsync(RouterKeys.Waiting(stream), entry.Id.ToString());
            if (await settled is { } score && score == Math.Floor(score) && !await buried)
                return new NewerEvent.Delivered(entry.Id.ToString(), entry.Id.Time);
        }

        return later.Count < Limit ? new NewerEvent.None() : new NewerEvent.NotKept();
    }
}
