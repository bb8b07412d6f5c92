using Hobom.Slices.Streams;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>A handler that counts and writes down, in the same step, which entry it was: the order of handling, as Redis saw it.</summary>
static class OrderRecorder
{
    public const string Stream = "events:order";

    public static HandlerRegistry Handlers { get; } = new(
    [
        new EntryHandler("auth", "login", Fields.UserOf, _ => [], (dated, _) => Fields.User(dated.Entry).Map(user => new Changes(
            [new StateChange.Add(StateKey.User(user), "count", 1)],
            [new Emission(Stream, [new("user", user), new("id", dated.Entry.Id.ToString())])],
            []))),
    ]);

    /// <summary>Every entry was handled once, and each user's in the order of their ids.</summary>
    public static async Task AssertOrderAsync(IDatabase db, int entries)
    {
        var handled = (await db.StreamRangeAsync(Stream))
            .Select(e => (User: (string)e["user"]!, Id: EntryId.Parse((string?)e["id"])!.Value)).ToArray();
        Assert.Equal(entries, handled.Length);
        foreach (var user in handled.GroupBy(h => h.User))
        {
            var ids = user.Select(h => h.Id).ToArray();
            var wrong = Enumerable.Range(1, ids.Length - 1).FirstOrDefault(i => ids[i] <= ids[i - 1]);
            Assert.True(wrong == 0, $"{user.Key}: {ids[wrong]} after {ids[Math.Max(0, wrong - 1)]}, at {wrong} of {ids.Length}");
            Assert.Equal(ids.Length, await db.CountAsync($"state:user:{user.Key}", "count"));
        }
    }
}
