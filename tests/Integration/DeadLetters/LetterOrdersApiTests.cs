using System.Text.Json;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>What operators order: putting aside, restoring, holding, extending; and who may.</summary>
public sealed class LetterOrdersApiTests(RedisFixture redis) : LettersApiTest(redis)
{
    [Theory]
    [InlineData("hold", "{}", "keys")]
    [InlineData("hold", """{"keys":[]}""", "keys")]
    [InlineData("hold", """{"keys":["dlq:menu:a","menu:b"]}""", "keys[1]")]
    [InlineData("hold", """{"keys":[null]}""", "keys[0]")]
    [InlineData("discard", """{"keys":["dlq:menu:a"]}""", "reason")]
    [InlineData("discard", """{"keys":["dlq:menu:a"],"reason":" "}""", "reason")]
    public async Task A_bad_member_of_the_body_is_named_and_nothing_is_audited(string action, string body, string field)
    {
        var (status, answer) = await Api.PostAsync($"/dlq/{action}", JsonDocument.Parse(body).RootElement);
        Assert.Equal((400, field), (status, Text(answer, "field")));
        Assert.Empty((await Api.GetAsync("/audit", Role.Auditor)).Body.GetProperty("entries").EnumerateArray());
    }

    [Fact]
    public async Task More_than_a_thousand_keys_are_too_many()
    {
        var (status, answer) = await Api.PostAsync("/dlq/hold", new { keys = Enumerable.Range(0, 1001).Select(i => $"dlq:menu:{i}") });
        Assert.Equal((400, "keys"), (status, Text(answer, "field")));
    }

    [Fact]
    public async Task A_letter_is_discarded_and_restored_and_each_step_is_told_by_list_letter_and_audit()
    {
        await SaveAsync("e1", "e2");
        (await Redis.Store.NoteRowFailedAsync(Key("e1"))).Right();
        var (_, discard) = await Api.PostAsync("/dlq/discard", new { keys = (string[])["dlq:menu:e1", "dlq:menu:e2", "dlq:menu:none"], reason = "sent by hand" });
        Assert.Equal((1, 2), (discard.GetProperty("done").GetInt32(), discard.GetProperty("refused").GetInt32()));
        Assert.Contains("PENDING", Text(discard.GetProperty("results")[1], "error"), StringComparison.Ordinal);
        Assert.Equal("there is no such letter", Text(discard.GetProperty("results")[2], "error"));

        Assert.Equal(["dlq:menu:e2"], Texts((await Api.GetAsync("/dlq")).Body, "items"));
        Assert.Equal(["dlq:menu:e2"], Texts((await Api.GetAsync("/dlq?limit=9")).Body, "items"));
        Assert.Equal(["dlq:menu:e1"], Texts((await Api.GetAsync("/dlq?state=discarded")).Body, "items"));
        Assert.Equal(404, (await Api.PostAsync("/dlq/retry/dlq%3Amenu%3Ae1", null)).Status);
        var (_, shown) = await Api.GetAsync("/dlq/dlq%3Amenu%3Ae1");
        Assert.Equal(("{}", "discarded", "sent by hand"), (shown.GetProperty("item").GetRawText(), Text(shown.GetProperty("letter"), "state"),
            Text(shown.GetProperty("letter").GetProperty("discarded"), "reason")));

        Assert.Equal(1, (await Api.PostAsync("/dlq/restore", new { keys = (string[])["dlq:menu:e1"] })).Body.GetProperty("done").GetInt32());
        (_, shown) = await Api.GetAsync("/dlq/dlq%3Amenu%3Ae1");
        Assert.Equal("open", Text(shown.GetProperty("letter"), "state"));
        Assert.Equal(["discard", "restore"], shown.GetProperty("letter").GetProperty("history").EnumerateArray().Select(h => Text(h, "action")));
        Assert.Equal(2, (await Api.GetAsync("/dlq?limit=9")).Body.GetProperty("total").GetInt32());

        var (_, audit) = await Api.GetAsync("/audit?key=dlq:menu:e1", Role.Auditor);
        var entries = audit.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(
            ["outcome restore", "intent restore", "outcome replay", "intent replay", "outcome discard", "intent discard"],
            entries.Select(e => $"{Text(e, "phase")} {Text(e, "action")}"));
        Assert.Equal(("anna", "sent by hand", "1 done, 2 refused"), (Text(entries[4], "actor"), Text(entries[4], "reason"), Text(entries[4], "result")));
        Assert.All(entries.Chunk(2), pair => Assert.Equal(Text(pair[0], "id"), Text(pair[1], "id")));
        Assert.Empty((await Api.GetAsync("/audit?actor=bert", Role.Auditor)).Body.GetProperty("entries").EnumerateArray());
        var (_, check) = await Api.GetAsync("/audit/check", Role.Auditor);
        Assert.True(check.GetProperty("intact").GetBoolean(), check.GetRawText());
    }

    [Fact]
    public async Task Held_extended_and_released_letters_say_until_when_they_live()
    {
        await SaveAsync("e1");
        await Redis.Plain.KeyExpireAsync("dlq:menu:e1", TimeSpan.FromHours(1));
        object keys = new { keys = (string[])["dlq:menu:e1"] };
        async Task<double?> HoursAsync(string action)
        {
            var result = (await Api.PostAsync($"/dlq/{action}", keys)).Body.GetProperty("results")[0];
            Assert.True(result.GetProperty("done").GetBoolean());
            var listed = (await Api.GetAsync("/dlq?limit=1")).Body.GetProperty("letters")[0].GetProperty("expiresAt");
            Assert.Equal(result.GetProperty("expiresAt").ValueKind, listed.ValueKind);
            return listed.ValueKind == JsonValueKind.Null ? null : Math.Round((listed.GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalHours);
        }

        Assert.Equal(72, await HoursAsync("extend"));
        Assert.Null(await HoursAsync("hold"));
        Assert.Null(await Redis.Plain.KeyTimeToLiveAsync("dlq:menu:e1"));
        Assert.Null(await HoursAsync("extend"));
        Assert.Equal(72, await HoursAsync("release"));
    }

    [Theory]
    [InlineData("reader", "/dlq/discard", 403)]
    [InlineData("reader", "/dlq/hold", 403)]
    [InlineData("auditor", "/dlq/restore", 403)]
    [InlineData("operator", "/dlq/release", 200)]
    public async Task Orders_are_for_operators(string role, string path, int status) =>
        Assert.Equal(status, (await Api.PostAsync(path, new { keys = (string[])["dlq:menu:e1"], reason = "x" }, role)).Status);

    [Fact]
    public async Task The_audit_is_for_auditors() => Assert.Equal(403, (await Api.GetAsync("/audit", Role.Operator)).Status);
}
