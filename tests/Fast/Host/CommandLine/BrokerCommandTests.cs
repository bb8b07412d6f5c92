using System.Text.Json.Nodes;

namespace Hobom.Slices.Tests.Fast.Host.CommandLine;

public sealed class BrokerCommandTests
{
    const string Hook = """
        {"name":"hook","kind":"webhook","pattern":"shop.**","priority":7,"concurrency":3,"timeout_ms":2500,"ordering":"key",
         "retry_policy":{"max_retries":9,"initial_delay_ms":50,"max_delay_ms":5000,"backoff_factor":3,"jitter":0.5},
         "state":"paused","state_reason":"by anna","probe_at":null,"url":"https://example.com/hook","secrets":2,"topic":null,
         "cloud_events":"binary","schema_version":4}
        """;

    const string AsPut = """
        {"kind":"webhook","pattern":"shop.**","priority":7,"concurrency":3,"timeout_ms":2500,"ordering":"key",
         "retry_policy":{"max_retries":9,"initial_delay_ms":50,"max_delay_ms":5000,"backoff_factor":3,"jitter":0.5},
         "url":"https://example.com/hook","cloud_events":"binary","schema_version":4}
        """;

    /// <summary>The route replaces the whole of it.</summary>
    [Theory]
    [InlineData("--concurrency 5", "concurrency", "5")]
    [InlineData("--pattern x.*", "pattern", "\"x.*\"")]
    [InlineData("--any-order", "ordering", "\"none\"")]
    [InlineData("--by-key", "ordering", "\"key\"")]
    [InlineData("--cloud-events false", "cloud_events", "false")]
    [InlineData("--cloud-events structured", "cloud_events", "\"structured\"")]
    [InlineData("--webhook https://example.com/other", "url", "\"https://example.com/other\"")]
    [InlineData(
        "--retries 0", "retry_policy", """{"max_retries":0,"initial_delay_ms":50,"max_delay_ms":5000,"backoff_factor":3,"jitter":0.5}""")]
    public async Task Put_changes_what_is_named_and_nothing_else(string options, string member, string value)
    {
        using var processor = new StubProcessor((200, $"[{Hook}]"), (200, Hook));
        Assert.Equal(0, await RunAsync(processor, "put", ["hook", .. options.Split(' ')]));
        var expected = JsonNode.Parse(AsPut)!;
        expected[member] = JsonNode.Parse(value);
        AssertPut(processor, "hook", expected);
    }

    [Fact]
    public async Task Put_makes_a_topic_of_a_webhook_where_a_topic_is_named()
    {
        using var processor = new StubProcessor((200, $"[{Hook}]"), (200, Hook));
        Assert.Equal(0, await RunAsync(processor, "put", ["hook", "--topic", "t"]));
        var expected = JsonNode.Parse(AsPut)!.AsObject();
        expected.Remove("url");
        (expected["kind"], expected["topic"]) = ("kafka", "t");
        AssertPut(processor, "hook", expected);
    }

    [Fact]
    public async Task Of_a_new_one_put_says_what_is_named_and_the_broker_the_rest()
    {
        using var processor = new StubProcessor((200, $"[{Hook}]"), (200, Hook));
        Assert.Equal(0, await RunAsync(processor, "put", ["new", "--pattern", "a", "--topic", "t", "--retries", "2"]));
        AssertPut(processor, "new", JsonNode.Parse("""{"kind":"kafka","pattern":"a","topic":"t","retry_policy":{"max_retries":2}}""")!);
    }

    [Fact]
    public async Task Where_the_consumers_cannot_be_read_nothing_is_put()
    {
        using var processor = new StubProcessor((503, """{"error":"the store is not open yet"}"""));
        Assert.Equal(3, await RunAsync(processor, "put", ["hook", "--by-key"]));
        Assert.Single(processor.Requests);
    }

    [Theory]
    [InlineData("""{"events":[{"id":"e","source":"s","result":"stored","warning":null}],"handlerError":null}""", 0, "")]
    [InlineData("""{"events":[{"id":"e","source":"s","result":"stored","warning":"it does not fit"}]}""", 0, "stored all the same: it does not fit")]
    [InlineData("""{"events":[{"id":"e","source":"s","result":"stored"}],"handlerError":"handler failed"}""", 1, "handler failed")]
    public async Task Publish_tells_what_did_not_go_well(string answer, int exitCode, string told)
    {
        foreach (var json in (string[][])[[], ["--json"]])
        {
            using var processor = new StubProcessor((202, answer));
            Assert.Equal(exitCode, await RunAsync(processor, "publish", ["a.b", "{}", .. json]));
            Assert.Equal(told, processor.Error.ToString().Trim());
        }
    }

    static void AssertPut(StubProcessor processor, string name, JsonNode expected)
    {
        var sent = processor.Requests[^1].Split(' ', 3);
        Assert.Equal(("GET /broker/consumers", "PUT", $"/broker/consumers/{name}"), (processor.Requests[0], sent[0], sent[1]));
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(sent[2])), sent[2]);
    }

    static Task<int> RunAsync(StubProcessor processor, string command, string[] arguments) =>
        processor.RunProgramAsync("", canAsk: false, ["broker", command, .. arguments]);
}
