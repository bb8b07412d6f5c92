using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>Lists of letters and what they tell.</summary>
public sealed class LettersApiTests(RedisFixture redis) : LettersApiTest(redis)
{
    [Fact]
    public async Task Without_parameters_the_list_has_the_contracts_shape_and_no_more()
    {
        await SaveAsync("e1", "e2");
        foreach (var path in (string[])["/dlq", "/dlq?prefix=dlq%3Amenu%3A"])
        {
            var (status, body) = await Api.GetAsync(path);
            Assert.Equal((200, """{"items":["dlq:menu:e1","dlq:menu:e2"]}"""), (status, body.GetRawText()));
        }
    }

    [Fact]
    public async Task With_any_other_parameter_it_is_a_page_with_a_total_and_the_way_to_the_next()
    {
        await SaveAsync("e1", "e2", "e3");
        var (_, first) = await Api.GetAsync("/dlq?limit=2");
        Assert.Equal(["dlq:menu:e1", "dlq:menu:e2"], Texts(first, "items"));
        Assert.Equal(3, first.GetProperty("total").GetInt32());
        var (_, second) = await Api.GetAsync($"/dlq?limit=2&cursor={first.GetProperty("next").GetString()}");
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
        await Api.PostAsync("/dlq/hold", new { keys = (string[])["dlq:menu:e2"], reason = "until anna@example.org is back" });
        var (_, page) = await Api.GetAsync("/dlq?limit=9");
        var (first, second) = (page.GetProperty("letters")[0], page.GetProperty("letters")[1]);
        var code = Text(first, "code");
        Assert.False(first.TryGetProperty("lastAction", out _));
        Assert.Equal(("hold", "anna"), (Text(second.GetProperty("lastAction"), "action"), Text(second.GetProperty("lastAction"), "by")));
        Assert.DoesNotContain("example.org", page.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2, (await Api.GetAsync($"/dlq?code={code.ToUpperInvariant()}")).Body.GetProperty("total").GetInt32());
        Assert.Equal(0, (await Api.GetAsync("/dlq?code=OTHER")).Body.GetProperty("total").GetInt32());
        var known = Assert.Single((await Api.GetAsync("/dlq/counts")).Body.GetProperty("codes").EnumerateArray());
        Assert.Equal((code, 2), (Text(known, "code"), known.GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task Letters_of_one_record_key_are_related_and_one_with_a_key_of_its_own_is_alone()
    {
        await SaveAsync("e1");
        foreach (var (n, id) in ((string[])["s1", "s2", "s3"]).Index())
        {
            var letter = Of(Key(id, "stream"), Noon.AddSeconds(n)) with { RecordKey = id == "s3" ? "ben" : "anna@example.org" };
            (await Redis.Store.SaveAsync(letter)).Right();
        }

        (await Redis.Feed.LoadAsync()).Right();
        var (status, related) = await Api.GetAsync("/dlq/dlq%3Astream%3As1/related", Role.Reader);
        Assert.Equal((200, "not-kept", 1), (status, Text(related, "newer"), related.GetProperty("total").GetInt32()));
        Assert.Equal("dlq:stream:s2", Text(Assert.Single(related.GetProperty("letters").EnumerateArray()), "key"));
        Assert.DoesNotContain("example.org", related.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("dlq:stream:s1", Text((await Api.GetAsync("/dlq/-/related?key=dlq:stream:s2")).Body.GetProperty("letters")[0], "key"));
        Assert.Equal("own-key", Text((await Api.GetAsync("/dlq/dlq%3Amenu%3Ae1/related")).Body, "newer"));
        Assert.Equal(404, (await Api.GetAsync("/dlq/dlq%3Amenu%3Anone/related")).Status);
        Assert.Equal((400, "key"), ((await Api.GetAsync("/dlq/menu/related")) is var (code, fault) ? (code, Text(fault, "field")) : default));
    }

    [Fact]
    public async Task A_letter_is_linked_to_the_trace_in_which_it_failed()
    {
        var letter = Of(Key("e1")) with { TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
        (await Redis.Store.SaveAsync(letter)).Right();
        await SaveAsync("e2");
        var (_, shown) = await Api.GetAsync("/dlq/dlq%3Amenu%3Ae1", Role.Reader);
        Assert.Equal("https://traces.example/t/4bf92f3577b34da6a3ce929d0e0e4736?from=hobom", Text(shown.GetProperty("letter"), "traceUrl"));
        Assert.False((await Api.GetAsync("/dlq/dlq%3Amenu%3Ae2")).Body.GetProperty("letter").TryGetProperty("traceUrl", out _));
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
    [InlineData("/dlq/tombstones?key=e1", "key")]
    [InlineData("/audit?limit=-1", "limit")]
    [InlineData("/audit?cursor=a-b", "cursor")]
    [InlineData("/dlq/menu%3Ae1", "key")]
    public async Task A_bad_parameter_is_named(string path, string field)
    {
        var (status, body) = await Api.GetAsync(path, path.StartsWith("/audit", StringComparison.Ordinal) ? Role.Auditor : Role.Reader);
        Assert.Equal((400, field), (status, Text(body, "field")));
        Assert.NotEmpty(Text(body, "error"));
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
        (await Redis.Store.SaveAsync(letter)).Right();
        (await Redis.Feed.LoadAsync()).Right();
        using var masked = new LetterFeed(Redis.Connection, Redis.Catalogue, TextMask.MaskText, Clock);
        (await masked.LoadAsync()).Right();

        foreach (var path in (string[])["/dlq", "/dlq?limit=9", "/dlq/dlq%3Amenu%3Ae1", "/dlq/groups", "/dlq/tombstones"])
            Assert.DoesNotContain(secret, (await Api.GetAsync(path, Role.Reader)).Body.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(secret, (await Api.GetAsync("/dlq/dlq%3Amenu%3Ae1", Role.Operator)).Body.GetRawText(), StringComparison.Ordinal);
        foreach (var role in (string[])[Role.Reader, Role.Operator])
            Assert.Equal(0, (await Api.GetAsync("/dlq?text=canary", role)).Body.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task The_store_tells_how_it_is()
    {
        await SaveAsync("e1");
        var (status, body) = await Api.GetAsync("/dlq/store");
        Assert.Equal((200, "noeviction", 1, 0), (status, Text(body, "evictionPolicy"), body.GetProperty("depth").GetProperty("menu").GetInt32(),
            body.GetProperty("problems").GetArrayLength()));
    }

    [Fact]
    public async Task Before_the_letters_are_read_lists_say_so_and_the_contracts_list_answers()
    {
        var unread = new LetterCatalogue(Clock);
        await using var early = await LettersApi.StartedAsync(Redis, Clock, unread);
        Assert.Equal(503, (await early.GetAsync("/dlq?limit=2")).Status);
        Assert.Equal(503, (await early.GetAsync("/dlq/groups")).Status);
        Assert.Equal(200, (await early.GetAsync("/dlq")).Status);
    }
}
