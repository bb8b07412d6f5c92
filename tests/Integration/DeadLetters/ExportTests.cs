using System.Net.Http.Json;
using System.Text.Json;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>Lists as files.</summary>
public sealed class ExportTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    LettersApi api = null!;

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        api = await LettersApi.StartedAsync(redis, new MovedClock());
        foreach (var id in (string[])["e1", "e2"]) (await redis.Store.SaveAsync(Of(Key(id), Noon))).Right();
        (await redis.Feed.FollowAsync()).Right();
    }

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Fact]
    public async Task Letters_are_lines_and_the_export_stands_in_the_audit()
    {
        var lines = await LinesAsync("/dlq/export", new { format = "csv", filter = new { category = "menu" } }, Role.Operator);
        Assert.StartsWith("key,category,id,", lines[0], StringComparison.Ordinal);
        Assert.Equal(["dlq:menu:e1,menu,e1", "dlq:menu:e2,menu,e2"], lines[1..].Select(l => string.Join(',', l.Split(',')[..3])).Order());
        var (_, audit) = await api.GetAsync("/audit?action=export", Role.Auditor);
        Assert.Equal("2 letters", audit.GetProperty("entries")[0].GetProperty("result").GetString());
    }

    [Fact]
    public async Task The_audit_is_lines_or_json_by_who_did_what_and_has_the_export_in_it()
    {
        await api.PostAsync("/dlq/discard", new { keys = (string[])["dlq:menu:e1"], reason = "=SUM(1), by hand" });
        await api.PostAsync("/dlq/hold", new { keys = (string[])["dlq:menu:e2"] });
        var lines = await LinesAsync("/audit/export", new { format = "csv", filter = new { action = "discard", actor = "anna" } }, Role.Auditor);
        Assert.Equal("at,phase,actor,address,action,keys,set,reason,result,traceId,id", lines[0]);
        Assert.Equal(["outcome", "intent"], lines[1..].Select(l => l.Split(',')[1]));
        Assert.All(lines[1..], l => Assert.Contains(",discard,dlq:menu:e1,,\"'=SUM(1), by hand\",", l, StringComparison.Ordinal));

        var (status, all) = await api.PostAsync("/audit/export", new { format = "json" }, Role.Auditor);
        Assert.Equal(200, status);
        Assert.Equal(
            ["intent export audit", "outcome export audit", "intent export audit", "outcome hold", "intent hold", "outcome discard", "intent discard"],
            all.EnumerateArray().Select(e => $"{e.GetProperty("phase").GetString()} {e.GetProperty("action").GetString()}"));
    }

    [Fact]
    public async Task More_entries_than_a_page_are_all_in_it()
    {
        for (var i = 0; i < 3; i++)
            await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => api.PostAsync("/dlq/hold", new { keys = (string[])["dlq:menu:e1"] })));
        var (_, all) = await api.PostAsync("/audit/export", new { format = "json", filter = new { action = "hold" } }, Role.Auditor);
        Assert.Equal(1200, all.GetArrayLength());
    }

    [Theory]
    [InlineData("/audit/export", """{"format":"xml"}""", "format")]
    [InlineData("/audit/export", """{}""", "format")]
    [InlineData("/dlq/export", """{"format":"CSV"}""", "format")]
    [InlineData("/dlq/export", """{"format":"csv","filter":{"class":"2"}}""", "filter.class")]
    public async Task A_bad_member_is_named_and_nothing_is_audited(string path, string body, string field)
    {
        var (status, answer) = await api.PostAsync(path, JsonDocument.Parse(body).RootElement, path == "/dlq/export" ? Role.Operator : Role.Auditor);
        Assert.Equal((400, field), (status, answer.GetProperty("field").GetString()));
        Assert.Empty((await api.GetAsync("/audit", Role.Auditor)).Body.GetProperty("entries").EnumerateArray());
    }

    [Fact]
    public async Task A_name_that_is_longer_than_any_is_refused()
    {
        var (status, answer) = await api.PostAsync("/audit/export", new { format = "csv", filter = new { actor = new string('a', 201) } }, Role.Auditor);
        Assert.Equal((400, "filter.actor"), (status, answer.GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("/audit/export", "operator")]
    [InlineData("/dlq/export", "reader")]
    public async Task Each_has_its_role(string path, string role) =>
        Assert.Equal(403, (await api.PostAsync(path, new { format = "csv" }, role)).Status);

    async Task<string[]> LinesAsync(string path, object body, string role)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("role", role);
        using var answer = await api.Http.SendAsync(request);
        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        return (await answer.Content.ReadAsStringAsync()).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
