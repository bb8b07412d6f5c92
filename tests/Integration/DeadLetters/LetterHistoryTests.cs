using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.Redis;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

public sealed class LetterHistoryTests(RedisFixture redis) : LettersApiTest(redis)
{
    [Theory]
    [InlineData("", "1h", 60, 60)]
    [InlineData("?span=24h", "24h", 1800, 48)]
    [InlineData("?span=72h", "72h", 5400, 48)]
    public async Task It_tells_what_came_what_waits_and_how_long_by_steps(string query, string span, int seconds, int steps)
    {
        await SaveAsync("e1", "e2", "e3");
        Redis.Catalogue.NoteOpen();
        var (status, found) = await Api.GetAsync($"/dlq/history{query}", Role.Reader);
        Assert.Equal((200, span, seconds), (status, Text(found, "span"), found.GetProperty("stepSeconds").GetInt32()));
        foreach (var name in (string[])["open", "delivered", "notDelivered"]) Assert.Equal(steps, found.GetProperty(name).GetArrayLength());
        var mine = found.GetProperty("came").EnumerateArray().First(s => Text(s, "category") == "menu").GetProperty("came");
        Assert.True(mine[steps - 1].GetInt64() >= 3);
        Assert.Equal(3, found.GetProperty("open")[steps - 1].GetInt32());
        Assert.Equal(3, found.GetProperty("ages").EnumerateArray().Sum(a => a.GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task A_span_that_there_is_not_is_refused_by_name()
    {
        var (status, refused) = await Api.GetAsync("/dlq/history?span=1d");
        Assert.Equal((400, "span", "span must be one of 1h, 24h, 72h"), (status, Text(refused, "field"), Text(refused, "error")));
        Assert.Equal((400, "from"), (await Api.GetAsync("/dlq/history?from=1")) is var (other, fault) ? (other, Text(fault, "field")) : default);
    }
}
