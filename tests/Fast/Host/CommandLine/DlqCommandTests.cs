using System.Text.Json;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.DeadLetters.Replays.Endpoints;
using Hobom.Slices.Host.CommandLine;

namespace Hobom.Slices.Tests.Fast.Host.CommandLine;

public sealed class DlqCommandTests
{
    const string Key = "dlq:menu:a/b";

    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Filters_go_into_the_query_and_the_key_into_its_header()
    {
        using var processor = new StubProcessor((200, """{"items":[],"letters":[],"total":0}"""));
        Assert.Equal(0, await processor.RunAsync("list", "--text", "a&b", "--min-age", "30m"));
        Assert.Equal(["GET /dlq?text=a%26b&minAge=30m&limit=50"], processor.Requests);
        Assert.Equal("relay_a_secret", processor.Key);
    }

    [Fact]
    public async Task A_hostile_id_or_error_cannot_steer_the_terminal()
    {
        var letter = new LetterView(
            "dlq:menu:\u001b[2J\u202e", "menu", "x", "MESSAGE", "publish", "transient", "boom\r\nroot# \u009b1m", "g", "open", MaybeWritten: false, 1, 2, Noon,
            Noon, null, null, Held: true);
        using var processor = new StubProcessor((200, Json(new { items = (string[])[], letters = (LetterView[])[letter], total = 1 })));
        await processor.RunAsync("list");
        Assert.Contains("dlq:menu:\\u001b[2J\\u202e", processor.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(processor.Output.ToString(), c => c != '\n' && (char.IsControl(c) || c == '\u202e'));
    }

    [Fact]
    public async Task A_payload_that_is_not_Unicode_is_shown_as_it_was_written()
    {
        using var processor = new StubProcessor((200, """{"item":{"\ud83d":"\udc00"},"letter":{"key":"dlq:menu:a/b"}}"""));
        Assert.Equal(0, await processor.RunAsync("show", Key));
        Assert.Contains("""{"\ud83d":"\udc00"}""", processor.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_the_servers_own()
    {
        const string Body = "{ \"item\": 1,\"letter\":{} }";
        using var processor = new StubProcessor((200, Body));
        Assert.Equal(0, await processor.RunAsync("show", Key, "--json"));
        Assert.Equal(["GET /dlq/dlq%3Amenu%3Aa%2Fb"], processor.Requests);
        Assert.Equal(Body + Environment.NewLine, processor.Output.ToString());
        Assert.Equal("{\"a\":\"\\u009b\\udb40\\udc01é\"}", Terminal.HarmlessJson("{\"a\":\"\u009b\udb40\udc01é\"}"));
    }

    [Theory]
    [InlineData(200, 0, """{"message":"ok"}""")]
    [InlineData(202, 1, """{"message":"under way"}""")]
    [InlineData(502, 1, """{"error":"timed out"}""")]
    [InlineData(502, 3, "<html>")]
    [InlineData(502, 3, """{"error":"\ud83d"}""")]
    [InlineData(409, 3, """{"error":"in hand"}""")]
    [InlineData(401, 3, """{"error":"no key"}""")]
    [InlineData(200, 3, "<html>")]
    [InlineData(200, 3, "{}")]
    public async Task The_exit_code_of_one_replay_tells_how_it_ended(int status, int code, string body)
    {
        using var processor = new StubProcessor((status, body));
        Assert.Equal(code, await processor.RunAsync("replay", Key, "--confirm-unknown"));
        Assert.Equal(["POST /dlq/retry/dlq%3Amenu%3Aa%2Fb?confirm=unknown"], processor.Requests);
    }

    [Fact]
    public async Task What_was_seen_to_be_delivered_is_closed()
    {
        using var processor = new StubProcessor((200, """{"message":"closed"}"""));
        Assert.Equal(0, await processor.RunAsync("replay", Key, "--confirm-delivered"));
        Assert.Equal(["POST /dlq/retry/dlq%3Amenu%3Aa%2Fb?confirm=delivered"], processor.Requests);
    }

    [Fact]
    public async Task A_processor_that_is_away_is_told_with_its_address()
    {
        using var processor = new StubProcessor();
        Assert.Equal(3, await processor.RunAsync("groups", "--url", "http://h:1"));
        Assert.Contains("http://h:1 cannot be reached: connection refused", processor.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("relay_", processor.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public async Task An_order_tells_of_each_letter(int refused, int code)
    {
        using var processor = new StubProcessor((200, Json(new { results = (object[])[new { key = Key, done = refused == 0, expiresAt = (string?)null, error = "no" }], done = 1 - refused, refused })));
        Assert.Equal(code, await processor.RunAsync("discard", Key, "--reason", "by hand"));
        Assert.Equal(["""POST /dlq/discard {"keys":["dlq:menu:a/b"],"reason":"by hand"}"""], processor.Requests);
        Assert.Contains(refused == 0 ? "discarded" : "refused: no", processor.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("finished", 0, 0, 0)]
    [InlineData("finished", 1, 0, 1)]
    [InlineData("stopped", 1, 3, 1)]
    [InlineData("cancelled", 0, 3, 1)]
    public async Task A_replay_of_many_is_planned_started_and_followed_to_its_end(string end, int failed, int left, int code)
    {
        using var processor = new StubProcessor((201, Job("planned", 0, 5)), (200, Job("canary", 0, 5)), (503, "{}"), (200, Job("running", 0, 4)), (200, Job(end, failed, left)));
        Assert.Equal(code, await processor.RunAsync("y\n", canAsk: true, "replay", "--class", "transient", "--rate", "9"));
        Assert.Equal(
            ["""POST /dlq/replays {"filter":{"class":"transient"},"keys":null,"rate":9,"canary":null}""", "POST /dlq/replays/j1/start", .. Enumerable.Repeat("GET /dlq/replays/j1", 3)],
            processor.Requests);
        Assert.Contains("5 letters would be replayed", processor.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{end}: {5 - failed - left} delivered, {failed} failed, 0 skipped, {left} left", processor.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_sent_where_nobody_can_be_asked()
    {
        using var processor = new StubProcessor();
        Assert.Equal(2, await processor.RunAsync("replay", "--all"));
        Assert.Empty(processor.Requests);
    }

    [Fact]
    public async Task A_no_takes_the_plan_back()
    {
        using var processor = new StubProcessor((201, Job("planned", 0, 5)), (200, Job("cancelled", 0, 5)));
        Assert.Equal(1, await processor.RunAsync("\n", canAsk: true, "replay", "--all"));
        Assert.Equal("POST /dlq/replays/j1/cancel", processor.Requests[^1]);
    }

    [Fact]
    public async Task Another_job_in_the_way_is_told_and_no_letter_is_followed()
    {
        using var processor = new StubProcessor((201, Job("planned", 0, 5)), (409, """{"error":"job j0 has the letters"}"""));
        Assert.Equal(3, await processor.RunAsync("replay", Key, "dlq:menu:2", "--yes"));
        Assert.Contains("409: job j0 has the letters", processor.Error.ToString(), StringComparison.Ordinal);
    }

    static string Job(string state, int failed, int left) => Json(new ReplayJobView(
        "j1", state, null, Noon, "anna", new ReplayJobOptions(), Edits: false, new ReplayPlan(5, [new("menu", 5)], [], Noon, Noon, [Key]),
        new ReplayProgressView(5, 5 - left, 5 - failed - left, 0, failed, 0, left, null, null, [], []), null, null, null, null, null));

    static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
