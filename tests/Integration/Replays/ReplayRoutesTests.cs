using System.Text;
using System.Text.Json;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.DeadLetters;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Replays;

public sealed class ReplayRoutesTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    LettersApi api = null!;

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        foreach (var id in (string[])["a", "b"]) (await redis.Store.SaveAsync(Of(Key(id)))).Right();
        api = await LettersApi.StartedAsync(redis, TimeProvider.System);
    }

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Theory]
    [InlineData("""{"filter":{},"rate":0}""", "rate")]
    [InlineData("""{"filter":{},"rate":1001}""", "rate")]
    [InlineData("""{"filter":{},"canary":-1}""", "canary")]
    [InlineData("""{"filter":{},"stopAfterFailedShare":1.5}""", "stopAfterFailedShare")]
    [InlineData("""{}""", "filter")]
    [InlineData("""{"filter":{},"keys":["dlq:menu:a"]}""", "filter")]
    [InlineData("""{"filter":{"minAge":"soon"}}""", "filter.minAge")]
    [InlineData("""{"filter":{"category":"*"}}""", "filter.category")]
    [InlineData("""{"filter":{"category":"log"}}""", "filter")]
    [InlineData("""{"keys":["dlq:menu:a","dlq:"]}""", "keys[1]")]
    [InlineData("""{"keys":["dlq:menu:none"]}""", "keys")]
    [InlineData("""{"filter":{},"patch":[{"op":"spam","path":""}]}""", "patch")]
    public async Task A_plan_that_cannot_be_made_names_the_field(string body, string field)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, "/dlq/replays", body);
        Assert.Equal((400, field), (status, answer.GetProperty("field").GetString()));
        Assert.NotEmpty(answer.GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task A_plan_is_made_shown_listed_started_paused_and_cancelled()
    {
        var (status, plan) = await SendAsync(HttpMethod.Post, "/dlq/replays", """{"filter":{"category":"menu"},"rate":7}""", Role.Operator);
        Assert.Equal((201, "planned", 2, 7), (status, State(plan), plan.GetProperty("plan").GetProperty("count").GetInt32(), plan.GetProperty("options").GetProperty("rate").GetInt32()));
        var id = plan.GetProperty("id").GetString();
        Assert.Equal(plan.ToString(), (await SendAsync(HttpMethod.Get, $"/dlq/replays/{id}", null, Role.Reader)).Body.ToString());
        Assert.Equal(id, (await SendAsync(HttpMethod.Get, "/dlq/replays", null, Role.Reader)).Body.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal((409, 200, 409, 200, 409), (
            await TellAsync(id, "pause"), await TellAsync(id, "start"), await TellAsync(id, "start"), await TellAsync(id, "cancel"), await TellAsync(id, "resume")));
        var ended = (await SendAsync(HttpMethod.Get, $"/dlq/replays/{id}", null)).Body;
        Assert.Equal(("cancelled", "cancelled by anna", 2), (State(ended), ended.GetProperty("why").GetString(), ended.GetProperty("progress").GetProperty("left").GetInt32()));
        Assert.Equal(2, redis.Keys().Count(k => k.StartsWith("dlq:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("x:keys")]
    public async Task There_is_no_such_job(string id)
    {
        await redis.Plain.HashSetAsync("dlqx:job:x:keys", "0", "[]");
        Assert.Equal(404, (await SendAsync(HttpMethod.Get, $"/dlq/replays/{id}", null)).Status);
        Assert.Equal(404, await TellAsync(id, "start"));
    }

    [Fact]
    public async Task Readers_start_nothing_and_operators_patch_nothing()
    {
        Assert.Equal(403, (await SendAsync(HttpMethod.Post, "/dlq/replays", """{"filter":{}}""", Role.Reader)).Status);
        var patch = """{"filter":{},"patch":[{"op":"remove","path":"/a"}]}""";
        Assert.Equal(403, (await SendAsync(HttpMethod.Post, "/dlq/replays", patch, Role.Operator)).Status);
        Assert.Equal(201, (await SendAsync(HttpMethod.Post, "/dlq/replays", patch)).Status);
        Assert.Equal(403, (await SendAsync(HttpMethod.Put, "/dlq/dlq%3Amenu%3Aa", """{"payload":{},"reason":"r"}""", Role.Operator)).Status);
        Assert.Equal(403, (await SendAsync(HttpMethod.Delete, "/dlq/dlq%3Amenu%3Aa/edit", null, Role.Operator)).Status);
    }

    [Theory]
    [InlineData("""{"payload":{}}""", "reason")]
    [InlineData("""{"reason":"r"}""", "payload")]
    [InlineData("""{"reason":"r","payload":{},"payloadText":"{}"}""", "payload")]
    [InlineData("""{"reason":"r","payload":{},"payloadSha256":"9f86"}""", "payloadSha256")]
    public async Task An_edit_that_cannot_be_read_names_the_field(string body, string field)
    {
        var (status, answer) = await SendAsync(HttpMethod.Put, "/dlq/dlq%3Amenu%3Aa", body);
        Assert.Equal((400, field), (status, answer.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_text_that_is_no_JSON_is_refused_with_its_line_and_position()
    {
        var (status, answer) = await SendAsync(HttpMethod.Put, "/dlq/dlq%3Amenu%3Aa", """{"reason":"r","payloadText":"{\n \"a\": nope}"}""");
        Assert.Equal(
            (400, "payloadText", 2, 8),
            (status, answer.GetProperty("field").GetString(), answer.GetProperty("line").GetInt32(), answer.GetProperty("position").GetInt32()));
    }

    [Fact]
    public async Task A_letter_that_is_not_edited_has_no_edit_to_undo() =>
        Assert.Equal(409, (await SendAsync(HttpMethod.Delete, "/dlq/dlq%3Amenu%3Aa/edit", null)).Status);

    static string? State(JsonElement job) => job.GetProperty("state").GetString();

    async Task<int> TellAsync(string? id, string order) => (await SendAsync(HttpMethod.Post, $"/dlq/replays/{id}/{order}", null)).Status;

    Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body, string role = Role.Editor) =>
        api.SendAsync(method, path, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"), role);
}
