using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>The list by what only a look at each letter tells.</summary>
public sealed class CloserLookTests(RedisFixture redis) : LettersApiTest(redis)
{
    [Fact]
    public async Task Headers_are_searched_as_readers_see_them_some_letters_at_a_time()
    {
        await SaveAsync([.. Enumerable.Range(0, 502).Select(n => $"e{n:000}")]);
        await SaveWithHeadersAsync("zz", new RecordHeader(RecordHeader.EventType, "Shop.Order"), new RecordHeader("who", "canary"));
        var (status, found) = await Api.GetAsync("/dlq?header=shop.order");
        Assert.Equal((200, 0, 500), (status, found.GetProperty("total").GetInt32(), found.GetProperty("looked").GetInt32()));
        var (_, rest) = await Api.GetAsync($"/dlq?header=shop.order&cursor={Uri.EscapeDataString(Text(found, "next"))}", Role.Reader);
        Assert.Equal(["dlq:menu:zz"], Texts(rest, "items"));
        Assert.False(rest.TryGetProperty("next", out _));
        Assert.Empty(Texts((await Api.GetAsync("/dlq?header=canary&text=zz")).Body, "items"));
        Assert.Equal(["dlq:menu:zz"], Texts((await Api.GetAsync("/dlq?header=who&text=zz")).Body, "items"));
    }

    /// <summary>No flow runs here that could know of one.</summary>
    [Fact]
    public async Task Of_newer_events_those_that_were_delivered_can_be_asked_for_and_nothing_else()
    {
        await SaveAsync("e1");
        var (status, found) = await Api.GetAsync("/dlq?newer=delivered");
        Assert.Equal((200, 0, 1), (status, found.GetProperty("total").GetInt32(), found.GetProperty("looked").GetInt32()));
        var (refused, fault) = await Api.GetAsync("/dlq?newer=none");
        Assert.Equal((400, "newer must be delivered"), (refused, Text(fault, "error")));
        Assert.Equal(400, (await Api.GetAsync("/dlq/groups?newer=delivered")).Status);
    }

    async Task SaveWithHeadersAsync(string id, params RecordHeader[] headers)
    {
        (await Redis.Store.SaveAsync(Of(Key(id), Noon.AddHours(1)) with { Headers = headers })).Right();
        (await Redis.Feed.FollowAsync()).Right();
    }
}
