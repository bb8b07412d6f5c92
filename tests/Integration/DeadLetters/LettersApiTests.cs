using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

public sealed class LettersApiTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    readonly MovedClock clock = new();
    LettersApi api = null!;

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        api = await LettersApi.StartedAsync(redis, clock);
    }

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Fact]
    public async Task Without_parameters_the_list_has_the_contracts_shape_and_no_more()
    {
        await SaveAsync("e1", "e2");
        foreach (var path in (string[])["/dlq", "/dlq?prefix=dlq%3Amenu%3A"])
        {
            var (status, body) = await api.GetAsync(path);
            Assert.Equal((200, """{"items":["dlq:menu:e1","dlq:menu:e2"]}"""), (status, body.GetRawText()));
        }
    }

    [Fact]
    public async Task With_any_other_parameter_it_is_a_page_with_a_total_and_the_way_to_the_next()
    {
        await SaveAsync("e1", "e2", "e3");
        var (_, first) = await api.GetAsync("/dlq?limit=2");
        Assert.Equal(["dlq:menu:e1", "dlq:menu:e2"], Texts(first, "items"));
        Assert.Equal(3, first.GetProperty("total").GetInt32());
        var (_, second) = await api.GetAsync($"/dlq?limit=2&cursor={first.GetProperty("next").GetString()}");
        Assert.Equal(["dlq:menu:e3"], Texts(second, "items"));
        Assert.False(second.TryGetProperty("next", out _));
        var letter = second.GetProperty("letters")[0];
        Assert.Equal(
            ("menu", "e3", "publish", "transient", "timed out", "provisional", 1, false),
            (Text(letter, "category"), Text(letter, "id"), Text(letter, "stage"), Text(letter, "class"), Text(letter, "error"),
                Text(letter, "state"), letter.GetProperty("attemptCount").GetInt32(), letter.GetProperty("held").GetBoolean()));
        Assert.InRange(letter.GetProperty("secondsLeft").GetDouble(), 71.9 * 3600, 72.1 * 3600);
    }

    [Fact]
    public async Task A_list_tells_the_last_error_code_and_who_did_what_last_and_is_chosen_by_code()
    {
        await SaveAsync("e1", "e2");
        await api.PostAsync("/dlq/hold", new { keys = (string[])["dlq:menu:e2"], reason = "until anna@example.org is back" });
        var (_, page) = await api.GetAsync("/dlq?limit=9");
        var (first, second) = (page.GetProperty("letters")[0], page.GetProperty("letters")[1]);
        var code = Text(first, "code");
        Assert.False(first.TryGetProperty("lastAction", out _));
        Assert.Equal(("hold", "anna"), (Text(second.GetProperty("lastAction"), "action"), Text(second.GetProperty("lastAction"), "by")));
        Assert.DoesNotContain("example.org", page.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2, (await api.GetAsync($"/dlq?code={code.ToUpperInvariant()}")).Body.GetProperty("total").GetInt32());
        Assert.Equal(0, (await api.GetAsync("/dlq?code=OTHER")).Body.GetProperty("total").GetInt32());
        var known = Assert.Single((await api.GetAsync("/dlq/counts")).Body.GetProperty("codes").EnumerateArray());
        Assert.Equal((code, 2), (Text(known, "code"), known.GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task Letters_of_one_record_key_are_related_and_one_with_a_key_of_its_own_is_alone()
    {
        await SaveAsync("e1");
        foreach (var (n, id) in ((string[])["s1", "s2", "s3"]).Index())
        {
            var letter = Of(Key(id, "stream"), Noon.AddSeconds(n)) with { RecordKey = id == "s3" ? "ben" : "anna@example.org" };
            (await redis.Store.SaveAsync(letter)).Right();
        }

        (await redis.Feed.LoadAsync()).Right();
        var (status, related) = await api.GetAsync("/dlq/dlq%3Astream%3As1/related", Role.Reader);
        Assert.Equal((200, "not-kept", 1), (status, Text(related, "newer"), related.GetProperty("total").GetInt32()));
        Assert.Equal("dlq:stream:s2", Text(Assert.Single(related.GetProperty("letters").EnumerateArray()), "key"));
        Assert.DoesNotContain("example.org", related.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("dlq:stream:s1", Text((await api.GetAsync("/dlq/-/related?key=dlq:stream:s2")).Body.GetProperty("letters")[0], "key"));
        Assert.Equal("own-key", Text((await api.GetAsync("/dlq/dlq%3Amenu%3Ae1/related")).Body, "newer"));
        Assert.Equal(404, (await api.GetAsync("/dlq/dlq%3Amenu%3Anone/related")).Status);
        Assert.Equal((400, "key"), ((await api.GetAsync("/dlq/menu/related")) is var (code, fault) ? (code, Text(fault, "field")) : default));
    }

    [Fact]
    public async Task A_letter_is_linked_to_the_trace_in_which_it_failed()
    {
        var letter = Of(Key("e1")) with { TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
        (await redis.Store.SaveAsync(letter)).Right();
        await SaveAsync("e2");
        var (_, shown) = await api.GetAsync("/dlq/dlq%3Amenu%3Ae1", Role.Reader);
        Assert.Equal("https://traces.example/t/4bf92f3577b34da6a3ce929d0e0e4736?from=hobom", Text(shown.GetProperty("letter"), "traceUrl"));
        Assert.False((await api.GetAsync("/dlq/dlq%3Amenu%3Ae2")).Body.GetProperty("letter").TryGetProperty("traceUrl", out _));
    }

    [Fact]
    public async Task A_note_stands_with_its_group_for_all_masked_for_readers_and_goes_with_it()
    {
        await SaveAsync("e1", "e2");
        async Task<JsonElement> GroupAsync(string role = Role.Editor) => (await api.GetAsync("/dlq/groups", role)).Body.GetProperty("groups")[0];
        var group = await GroupAsync();
        Assert.Equal((JsonValueKind.Null, 2), (group.GetProperty("note").ValueKind, group.GetProperty("count").GetInt32()));
        var path = $"/dlq/groups/{Text(group, "id")}/note";
        Assert.Equal(403, (await api.SendAsync(HttpMethod.Put, path, System.Net.Http.Json.JsonContent.Create(new { text = "x" }), Role.Reader)).Status);
        Assert.Equal((400, "text"), (await api.PutAsync(path, new { text = new string('x', 501) })) is var (code, fault) ? (code, Text(fault, "field")) : default);
        Assert.Equal(404, (await api.PutAsync("/dlq/groups/0000/note", new { text = "x" })).Status);

        var (status, written) = await api.PutAsync(path, new { text = " wait for bert@example.org " });
        Assert.Equal((200, "wait for bert@example.org", "anna"), (status, Text(written.GetProperty("note"), "text"), Text(written.GetProperty("note"), "by")));
        Assert.Equal("wait for bert@example.org", Text((await GroupAsync()).GetProperty("note"), "text"));
        Assert.DoesNotContain("example.org", (await GroupAsync(Role.Reader)).GetRawText(), StringComparison.Ordinal);
        var (_, audit) = await api.GetAsync("/audit?action=note%20group", Role.Auditor);
        Assert.Equal(
            ["outcome written", "intent "],
            audit.GetProperty("entries").EnumerateArray().Select(e => $"{Text(e, "phase")} {(Text(e, "phase") == "outcome" ? Text(e, "result") : "")}"));

        // Another process has it from Redis; and when the last letter is gone, so is the note.
        var other = new GroupNotes(redis.Connection, redis.Catalogue, clock);
        (await other.FollowAsync()).Right();
        Assert.Equal("anna", other.Of(Text(group, "id"))?.By);
        redis.Catalogue.Replace([]);
        (await other.FollowAsync()).Right();
        Assert.NotNull(other.Of(Text(group, "id")));
        clock.Ahead = TimeSpan.FromMinutes(2);
        (await other.FollowAsync()).Right();
        Assert.Null(other.Of(Text(group, "id")));
        Assert.False(await redis.Plain.KeyExistsAsync("dlqx:notes"));
    }

    [Fact]
    public async Task An_empty_text_takes_a_note_away()
    {
        await SaveAsync("e1");
        var path = $"/dlq/groups/{Text((await api.GetAsync("/dlq/groups")).Body.GetProperty("groups")[0], "id")}/note";
        await api.PutAsync(path, new { text = "x" });
        await api.PutAsync(path, new { text = " " });
        Assert.Equal(JsonValueKind.Null, (await api.GetAsync("/dlq/groups")).Body.GetProperty("groups")[0].GetProperty("note").ValueKind);
    }

    [Theory]
    [InlineData("/dlq?prefix=menu", "prefix")]
    [InlineData("/dlq?prefix=dlq%3A*", "prefix")]
    [InlineData("/dlq?prefix=dlq%3A&limit=2", "prefix")]
    [InlineData("/dlq?limit=0", "limit")]
    [InlineData("/dlq?limit=1001", "limit")]
    [InlineData("/dlq?limit=many", "limit")]
    [InlineData("/dlq?cursor=x", "cursor")]
    [InlineData("/dlq?cursor=1.%25", "cursor")]
    [InlineData("/dlq?category=Menu%2A", "category")]
    [InlineData("/dlq?class=2", "class")]
    [InlineData("/dlq?minAge=soon", "minAge")]
    [InlineData("/dlq?maxAge=-1", "maxAge")]
    [InlineData("/dlq?expiresWithin=1w", "expiresWithin")]
    [InlineData("/dlq?state=closed", "state")]
    [InlineData("/dlq?minAttempts=0", "minAttempts")]
    [InlineData("/dlq/groups?minAttempts=often", "minAttempts")]
    [InlineData("/dlq/groups?class=none", "class")]
    [InlineData("/dlq/tombstones?why=boredom", "why")]
    [InlineData("/dlq/tombstones?cursor=7", "cursor")]
    [InlineData("/audit?limit=-1", "limit")]
    [InlineData("/audit?cursor=a-b", "cursor")]
    [InlineData("/dlq/menu%3Ae1", "key")]
    public async Task A_bad_parameter_is_named(string path, string field)
    {
        var (status, body) = await api.GetAsync(path, path.StartsWith("/audit", StringComparison.Ordinal) ? Role.Auditor : Role.Reader);
        Assert.Equal((400, field), (status, Text(body, "field")));
        Assert.NotEmpty(Text(body, "error"));
    }

    [Theory]
    [InlineData("hold", "{}", "keys")]
    [InlineData("hold", """{"keys":[]}""", "keys")]
    [InlineData("hold", """{"keys":["dlq:menu:a","menu:b"]}""", "keys[1]")]
    [InlineData("hold", """{"keys":[null]}""", "keys[0]")]
    [InlineData("discard", """{"keys":["dlq:menu:a"]}""", "reason")]
    [InlineData("discard", """{"keys":["dlq:menu:a"],"reason":" "}""", "reason")]
    public async Task A_bad_member_of_the_body_is_named_and_nothing_is_audited(string action, string body, string field)
    {
        var (status, answer) = await api.PostAsync($"/dlq/{action}", JsonDocument.Parse(body).RootElement);
        Assert.Equal((400, field), (status, Text(answer, "field")));
        Assert.Empty((await api.GetAsync("/audit", Role.Auditor)).Body.GetProperty("entries").EnumerateArray());
    }

    [Fact]
    public async Task More_than_a_thousand_keys_are_too_many()
    {
        var (status, answer) = await api.PostAsync("/dlq/hold", new { keys = Enumerable.Range(0, 1001).Select(i => $"dlq:menu:{i}") });
        Assert.Equal((400, "keys"), (status, Text(answer, "field")));
    }

    [Fact]
    public async Task A_letter_is_discarded_and_restored_and_each_step_is_told_by_list_letter_and_audit()
    {
        await SaveAsync("e1", "e2");
        (await redis.Store.NoteRowFailedAsync(Key("e1"))).Right();
        var (_, discard) = await api.PostAsync("/dlq/discard", new { keys = (string[])["dlq:menu:e1", "dlq:menu:e2", "dlq:menu:none"], reason = "sent by hand" });
        Assert.Equal((1, 2), (discard.GetProperty("done").GetInt32(), discard.GetProperty("refused").GetInt32()));
        Assert.Contains("PENDING", Text(discard.GetProperty("results")[1], "error"), StringComparison.Ordinal);
        Assert.Equal("there is no such letter", Text(discard.GetProperty("results")[2], "error"));

        Assert.Equal(["dlq:menu:e2"], Texts((await api.GetAsync("/dlq")).Body, "items"));
        Assert.Equal(["dlq:menu:e2"], Texts((await api.GetAsync("/dlq?limit=9")).Body, "items"));
        Assert.Equal(["dlq:menu:e1"], Texts((await api.GetAsync("/dlq?state=discarded")).Body, "items"));
        Assert.Equal(404, (await api.PostAsync("/dlq/retry/dlq%3Amenu%3Ae1", null)).Status);
        var (_, shown) = await api.GetAsync("/dlq/dlq%3Amenu%3Ae1");
        Assert.Equal(("{}", "discarded", "sent by hand"), (shown.GetProperty("item").GetRawText(), Text(shown.GetProperty("letter"), "state"),
            Text(shown.GetProperty("letter").GetProperty("discarded"), "reason")));

        Assert.Equal(1, (await api.PostAsync("/dlq/restore", new { keys = (string[])["dlq:menu:e1"] })).Body.GetProperty("done").GetInt32());
        (_, shown) = await api.GetAsync("/dlq/dlq%3Amenu%3Ae1");
        Assert.Equal("open", Text(shown.GetProperty("letter"), "state"));
        Assert.Equal(["discard", "restore"], shown.GetProperty("letter").GetProperty("history").EnumerateArray().Select(h => Text(h, "action")));
        Assert.Equal(2, (await api.GetAsync("/dlq?limit=9")).Body.GetProperty("total").GetInt32());

        var (_, audit) = await api.GetAsync("/audit?key=dlq:menu:e1", Role.Auditor);
        var entries = audit.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(
            ["outcome restore", "intent restore", "outcome replay", "intent replay", "outcome discard", "intent discard"],
            entries.Select(e => $"{Text(e, "phase")} {Text(e, "action")}"));
        Assert.Equal(("anna", "sent by hand", "1 done, 2 refused"), (Text(entries[4], "actor"), Text(entries[4], "reason"), Text(entries[4], "result")));
        Assert.All(entries.Chunk(2), pair => Assert.Equal(Text(pair[0], "id"), Text(pair[1], "id")));
        Assert.Empty((await api.GetAsync("/audit?actor=bert", Role.Auditor)).Body.GetProperty("entries").EnumerateArray());
        var (_, check) = await api.GetAsync("/audit/check", Role.Auditor);
        Assert.True(check.GetProperty("intact").GetBoolean(), check.GetRawText());
    }

    [Fact]
    public async Task Held_extended_and_released_letters_say_until_when_they_live()
    {
        await SaveAsync("e1");
        await redis.Plain.KeyExpireAsync("dlq:menu:e1", TimeSpan.FromHours(1));
        object keys = new { keys = (string[])["dlq:menu:e1"] };
        async Task<double?> HoursAsync(string action)
        {
            var result = (await api.PostAsync($"/dlq/{action}", keys)).Body.GetProperty("results")[0];
            Assert.True(result.GetProperty("done").GetBoolean());
            var listed = (await api.GetAsync("/dlq?limit=1")).Body.GetProperty("letters")[0].GetProperty("expiresAt");
            Assert.Equal(result.GetProperty("expiresAt").ValueKind, listed.ValueKind);
            return listed.ValueKind == JsonValueKind.Null ? null : Math.Round((listed.GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalHours);
        }

        Assert.Equal(72, await HoursAsync("extend"));
        Assert.Null(await HoursAsync("hold"));
        Assert.Null(await redis.Plain.KeyTimeToLiveAsync("dlq:menu:e1"));
        Assert.Null(await HoursAsync("extend"));
        Assert.Equal(72, await HoursAsync("release"));
    }

    [Fact]
    public async Task A_group_leads_to_its_letters()
    {
        await SaveAsync("e1", "e2");
        (await redis.Store.SaveAsync(Of(Key("e3", "log")))).Right();
        await redis.Feed.FollowAsync();
        var (_, body) = await api.GetAsync("/dlq/groups");
        var group = body.GetProperty("groups")[0];
        Assert.Equal((2, "timed out", "dlq:menu:e2"), (group.GetProperty("count").GetInt32(), Text(group, "cause"), Text(group, "sample")));
        Assert.Equal(["dlq:menu:e1", "dlq:menu:e2"], Texts((await api.GetAsync($"/dlq?group={Text(group, "id")}")).Body, "items"));
        Assert.Single((await api.GetAsync("/dlq/groups?category=log")).Body.GetProperty("groups").EnumerateArray());
    }

    [Fact]
    public async Task A_reader_sees_no_secret_of_a_letter_in_any_route_and_cannot_search_for_it()
    {
        const string secret = "canary.user@example.org";
        var letter = Of(Key("e1"), payload: System.Text.Encoding.UTF8.GetBytes($"{{\"recipient\":\"{secret}\",\"title\":\"{secret}\"}}"));
        letter = letter with
        {
            Reason = $"no such user {secret}",
            Headers = [new RecordHeader("authorization", secret)],
            Attempts = [letter.Attempts[0] with { Message = $"no such user {secret}" }],
        };
        (await redis.Store.SaveAsync(letter)).Right();
        (await redis.Feed.LoadAsync()).Right();
        using var masked = new LetterFeed(redis.Connection, redis.Catalogue, TextMask.MaskText, clock);
        (await masked.LoadAsync()).Right();

        foreach (var path in (string[])["/dlq", "/dlq?limit=9", "/dlq/dlq%3Amenu%3Ae1", "/dlq/groups", "/dlq/tombstones"])
            Assert.DoesNotContain(secret, (await api.GetAsync(path, Role.Reader)).Body.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(secret, (await api.GetAsync("/dlq/dlq%3Amenu%3Ae1", Role.Operator)).Body.GetRawText(), StringComparison.Ordinal);
        foreach (var role in (string[])[Role.Reader, Role.Operator])
            Assert.Equal(0, (await api.GetAsync("/dlq?text=canary", role)).Body.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("reader", "/dlq/discard", 403)]
    [InlineData("reader", "/dlq/hold", 403)]
    [InlineData("auditor", "/dlq/restore", 403)]
    [InlineData("operator", "/dlq/release", 200)]
    public async Task Orders_are_for_operators(string role, string path, int status) =>
        Assert.Equal(status, (await api.PostAsync(path, new { keys = (string[])["dlq:menu:e1"], reason = "x" }, role)).Status);

    [Fact]
    public async Task The_audit_is_for_auditors() => Assert.Equal(403, (await api.GetAsync("/audit", Role.Operator)).Status);

    [Fact]
    public async Task The_store_tells_how_it_is()
    {
        await SaveAsync("e1");
        var (status, body) = await api.GetAsync("/dlq/store");
        Assert.Equal((200, "noeviction", 1, 0), (status, Text(body, "evictionPolicy"), body.GetProperty("depth").GetProperty("menu").GetInt32(),
            body.GetProperty("problems").GetArrayLength()));
    }

    [Fact]
    public async Task Before_the_letters_are_read_lists_say_so_and_the_contracts_list_answers()
    {
        var unread = new LetterCatalogue(clock);
        await using var early = await LettersApi.StartedAsync(redis, clock, unread);
        Assert.Equal(503, (await early.GetAsync("/dlq?limit=2")).Status);
        Assert.Equal(503, (await early.GetAsync("/dlq/groups")).Status);
        Assert.Equal(200, (await early.GetAsync("/dlq")).Status);
    }

    async Task SaveAsync(params string[] ids)
    {
        for (var i = 0; i < ids.Length; i++) (await redis.Store.SaveAsync(Of(Key(ids[i]), Noon.AddSeconds(i)))).Right();
        (await redis.Feed.FollowAsync()).Right();
    }

    static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? "";

    static IEnumerable<string> Texts(JsonElement of, string name) => of.GetProperty(name).EnumerateArray().Select(t => t.GetString()!);
}
