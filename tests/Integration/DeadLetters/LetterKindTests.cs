using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.Redis;
using Hobom.Slices.Tests.Support;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>Letters chosen by what failed: lists, groups, plans, exports.</summary>
public sealed class LetterKindTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    LettersApi api = null!;

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        foreach (var (n, kind) in ((string?[])["timed-out", "threw", "timed-out", "of-a-newer-build", null]).Index())
            (await redis.Store.SaveAsync(Of(Key($"e{n}"), Noon.AddSeconds(n)) with { Kind = kind })).Right();
        api = await LettersApi.StartedAsync(redis, new MovedClock());
    }

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Fact]
    public async Task A_list_and_its_groups_are_chosen_by_kind()
    {
        var (_, page) = await api.GetAsync("/dlq?kind=timed-out");
        Assert.Equal(["dlq:menu:e0", "dlq:menu:e2"], page.GetProperty("items").EnumerateArray().Select(i => i.GetString()));
        Assert.Equal(2, page.GetProperty("total").GetInt32());
        Assert.Equal(2, await TotalAsync("TIMED-OUT"));
        Assert.Equal(1, await TotalAsync("of-a-newer-build"));
        var group = Assert.Single((await api.GetAsync("/dlq/groups?kind=threw")).Body.GetProperty("groups").EnumerateArray());
        Assert.Equal(("threw", 1), (group.GetProperty("kind").GetString(), group.GetProperty("count").GetInt32()));
        Assert.Equal(
            [("timed-out", 2), ("of-a-newer-build", 1), ("threw", 1)],
            (await api.GetAsync("/dlq/counts")).Body.GetProperty("kinds").EnumerateArray()
                .Select(k => (k.GetProperty("kind").GetString(), k.GetProperty("count").GetInt32())));
        async Task<int> TotalAsync(string kind) => (await api.GetAsync($"/dlq?kind={kind}")).Body.GetProperty("total").GetInt32();
    }

    [Fact]
    public async Task A_plan_and_an_export_are_chosen_by_kind()
    {
        var (status, plan) = await api.PostAsync("/dlq/replays", new { filter = new { kind = "threw" } });
        Assert.Equal((201, 1), (status, plan.GetProperty("progress").GetProperty("total").GetInt32()));
        var (_, lines) = await api.PostAsync("/dlq/export", new { format = "json", filter = new { kind = "threw" } });
        Assert.Equal("threw", Assert.Single(lines.EnumerateArray()).GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("/dlq?kind=timeout")]
    [InlineData("/dlq/groups?kind=timeout")]
    public async Task A_word_that_nobody_has_is_refused_with_those_there_are(string path)
    {
        var (status, body) = await api.GetAsync(path, Role.Reader);
        Assert.Equal((400, "kind"), (status, body.GetProperty("field").GetString()));
        Assert.Equal("kind must be one of of-a-newer-build, threw, timed-out", body.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("/dlq/replays")]
    [InlineData("/dlq/export")]
    public async Task In_a_body_it_is_refused_in_the_same_words(string path)
    {
        var (status, body) = await api.PostAsync(path, path == "/dlq/export" ? new { format = "csv", filter = new { kind = "timeout" } } : (object)new { filter = new { kind = "timeout" } });
        Assert.Equal(400, status);
        Assert.Contains("timed-out", body.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
