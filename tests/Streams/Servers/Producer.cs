using System.Diagnostics;
using Hobom.Slices.Streams;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>What producers do, and what a test waits for.</summary>
static class Producer
{
    public static async Task<string> AddAsync(this IDatabase db, string stream, string id, params string[] fields) =>
        (string)(await db.ExecuteAsync("XADD", [stream, id, .. fields]))!;

    public static Task<string> LoginAsync(this IDatabase db, string user, string id = "*") =>
        db.AddAsync("events:auth", id, "type", "login", "user_id", user);

    public static async Task<long> CountAsync(this IDatabase db, string key, string field) => (long)await db.HashGetAsync(key, field);

    /// <summary>Pending in the router's group; -1 where the group is not there.</summary>
    public static async Task<long> PendingAsync(this IDatabase db, string stream)
    {
        try
        {
            return (long)((RedisResult[])(await db.ExecuteAsync("XPENDING", stream, RouterSettings.Default.Group))!)[0];
        }
        catch (RedisServerException)
        {
            return -1;
        }
    }

    /// <summary>It waits as a dead letter, which is stored.</summary>
    public static async Task<bool> IsBuriedAsync(this IDatabase db, string stream, string id) =>
        await db.SortedSetScoreAsync(RouterKeys.Settled(stream), id) is not null && await db.HashExistsAsync(RouterKeys.Waiting(stream), id);

    public static async Task UntilAsync(Func<Task<bool>> condition, double seconds = 90, Func<Task<string>>? describe = null)
    {
        var since = Stopwatch.StartNew();
        while (!await condition())
        {
            if (since.Elapsed.TotalSeconds > seconds)
                Assert.Fail($"not within {seconds} s{(describe is null ? "" : $": {await describe()}")}");
            await Task.Delay(10);
        }
    }
}
