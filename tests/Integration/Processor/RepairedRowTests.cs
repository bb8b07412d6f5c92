using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>The whole way of an operator: a row is refused, looked at, given what it lacks, and sent.</summary>
public sealed class RepairedRowTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task A_refused_row_is_repaired_over_HTTP_and_arrives_as_repaired()
    {
        await Outbox.AddAsync(Prefix, new { title = "t", body = "b", recipient = "" });
        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        var key = $"dlq:menu:{Prefix}";
        Assert.Equal(422, (await processor.Http.RetryLetterAsync(key)).Status);

        const string repaired = """{"type":"MAIL_MESSAGE", "title":"t","body":"b","recipient":"a@example.org","sentAt":"2026-03-05T12:00:00Z"}""";
        Assert.Equal((422, "the message has no recipient"), await EditAsync(processor, key, repaired.Replace("a@example.org", "", StringComparison.Ordinal)));
        Assert.Equal((200, null), await EditAsync(processor, key, repaired));
        var (status, body) = await processor.Http.GetLetterAsync(key);
        using var shown = JsonDocument.Parse(body);
        Assert.Equal((200, repaired), (status, shown.RootElement.GetProperty("item").GetRawText()));
        Assert.Equal("t", shown.RootElement.GetProperty("original").GetProperty("payload").GetProperty("title").GetString());

        Assert.Equal((200, """{"message":"DLQ retried and removed from Redis"}"""), await processor.Http.RetryLetterAsync(key));
        await Messages.CatchUpAsync();
        var record = Assert.Single(Messages.Of(Prefix));
        Assert.Equal(repaired, Encoding.UTF8.GetString(record.Value));
        Assert.Equal(["1"], record.TextsOf("edited"));
        Assert.Equal("SENT", (await RowAsync(Prefix)).Status);
        Assert.Equal(404, (await processor.Http.GetLetterAsync(key)).Status);
    }

    [Fact]
    public async Task The_row_itself_can_be_mended_and_the_flow_makes_the_record_of_it()
    {
        await Outbox.AddAsync(Prefix, new { title = "제목", body = "b", recipient = "", type = "PUSH_MESSAGE" });
        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        var key = $"dlq:menu:{Prefix}";
        var row = JsonNode.Parse((await processor.Http.GetLetterAsync(key)).Body)!["item"]!;
        Assert.Equal((422, "the message has no recipient"), await EditAsync(processor, key, row.ToJsonString()));
        row["payload"]!["recipient"] = "a@example.org";

        Assert.Equal((200, null), await EditAsync(processor, key, row.ToJsonString()));
        Assert.Equal(200, (await processor.Http.RetryLetterAsync(key)).Status);
        await Messages.CatchUpAsync();
        var value = JsonNode.Parse(Assert.Single(Messages.Of(Prefix)).Value)!;
        Assert.Equal(["type", "title", "body", "recipient", "sentAt"], value.AsObject().Select(f => f.Key));
        Assert.Equal(("제목", "a@example.org"), ((string?)value["title"], (string?)value["recipient"]));
    }

    /// <summary>The bytes of the payload stand in the request as given.</summary>
    static async Task<(int Status, string? Error)> EditAsync(RunningProcessor processor, string key, string payload)
    {
        using var content = new StringContent($$"""{"payload":{{payload}},"reason":"it had no recipient"}""", Encoding.UTF8, "application/json");
        using var answer = await processor.Http.PutAsync(new Uri($"{DeadLetterApi.BasePath}/dlq/{Uri.EscapeDataString(key)}", UriKind.Relative), content);
        var told = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)answer.StatusCode, told.TryGetProperty("error", out var error) ? error.GetString() : null);
    }
}
