using System.Text.Json;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>Letters by their causes, and the notes that stand with these.</summary>
public sealed class LetterGroupsApiTests(RedisFixture redis) : LettersApiTest(redis)
{
    [Fact]
    public async Task A_note_stands_with_its_group_for_all_masked_for_readers_and_goes_with_it()
    {
        await SaveAsync("e1", "e2");
        async Task<JsonElement> GroupAsync(string role = Role.Editor) => (await Api.GetAsync("/dlq/groups", role)).Body.GetProperty("groups")[0];
        var group = await GroupAsync();
        Assert.Equal((JsonValueKind.Null, 2), (group.GetProperty("note").ValueKind, group.GetProperty("count").GetInt32()));
        var path = $"/dlq/groups/{Text(group, "id")}/note";
        Assert.Equal(403, (await Api.SendAsync(HttpMethod.Put, path, System.Net.Http.Json.JsonContent.Create(new { text = "x" }), Role.Reader)).Status);
        Assert.Equal((400, "text"), (await Api.PutAsync(path, new { text = new string('x', 501) })) is var (code, fault) ? (code, Text(fault, "field")) : default);
        Assert.Equal(404, (await Api.PutAsync("/dlq/groups/0000/note", new { text = "x" })).Status);

        var (status, written) = await Api.PutAsync(path, new { text = " wait for bert@example.org " });
        Assert.Equal((200, "wait for bert@example.org", "anna"), (status, Text(written.GetProperty("note"), "text"), Text(written.GetProperty("note"), "by")));
        Assert.Equal("wait for bert@example.org", Text((await GroupAsync()).GetProperty("note"), "text"));
        Assert.DoesNotContain("example.org", (await GroupAsync(Role.Reader)).GetRawText(), StringComparison.Ordinal);
        var (_, audit) = await Api.GetAsync("/audit?action=note%20group", Role.Auditor);
        Assert.Equal(
            ["outcome written", "intent "],
            audit.GetProperty("entries").EnumerateArray().Select(e => $"{Text(e, "phase")} {(Text(e, "phase") == "outcome" ? Text(e, "result") : "")}"));

        // Another process has it from Redis; and when the last letter is gone, so is the note.
        var other = new GroupNotes(Redis.Connection, Redis.Catalogue, Clock);
        (await other.FollowAsync()).Right();
        Assert.Equal("anna", other.Of(Text(group, "id"))?.By);
        Redis.Catalogue.Replace([]);
        (await other.FollowAsync()).Right();
        Assert.NotNull(other.Of(Text(group, "id")));
        Clock.Ahead = TimeSpan.FromMinutes(2);
        (await other.FollowAsync()).Right();
        Assert.Null(other.Of(Text(group, "id")));
        Assert.False(await Redis.Plain.KeyExistsAsync("dlqx:notes"));
    }

    [Fact]
    public async Task An_empty_text_takes_a_note_away()
    {
        await SaveAsync("e1");
        var path = $"/dlq/groups/{Text((await Api.GetAsync("/dlq/groups")).Body.GetProperty("groups")[0], "id")}/note";
        await Api.PutAsync(path, new { text = "x" });
        await Api.PutAsync(path, new { text = " " });
        Assert.Equal(JsonValueKind.Null, (await Api.GetAsync("/dlq/groups")).Body.GetProperty("groups")[0].GetProperty("note").ValueKind);
    }

    [Fact]
    public async Task A_group_leads_to_its_letters()
    {
        await SaveAsync("e1", "e2");
        (await Redis.Store.SaveAsync(Of(Key("e3", "log")))).Right();
        await Redis.Feed.FollowAsync();
        var (_, body) = await Api.GetAsync("/dlq/groups");
        var group = body.GetProperty("groups")[0];
        Assert.Equal((2, "timed out", "dlq:menu:e2"), (group.GetProperty("count").GetInt32(), Text(group, "cause"), Text(group, "sample")));
        Assert.Equal(["dlq:menu:e1", "dlq:menu:e2"], Texts((await Api.GetAsync($"/dlq?group={Text(group, "id")}")).Body, "items"));
        Assert.Single((await Api.GetAsync("/dlq/groups?category=log")).Body.GetProperty("groups").EnumerateArray());
    }
}
