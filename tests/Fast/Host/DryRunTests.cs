using System.Net;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Host;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>What would become of a row, told without a neighbour being there: nothing is sent, stored or marked.</summary>
[Collection(nameof(HostApp))]
public sealed class DryRunTests(HostApp app)
{
    const string Message =
        """{"id":"1","eventId":"e1","eventType":"MESSAGE","status":"PENDING","payload":{"title":"제목","body":"b","recipient":"ann@example.org"}}""";

    [Fact]
    public async Task A_message_is_shown_as_it_would_be_published()
    {
        var before = DateTimeOffset.UtcNow;
        var answer = await RunAsync("messages", Message);
        Assert.Empty(answer.GetProperty("refused").EnumerateArray());
        var record = Assert.Single(answer.GetProperty("records").EnumerateArray());
        Assert.Equal("hobom.messages", record.GetProperty("topic").GetString());
        Assert.Equal("e1", record.GetProperty("key").GetString());
        Assert.Equal(
            """[{"name":"event-id","value":"e1"},{"name":"event-type","value":"MESSAGE"}]""", record.GetProperty("headers").GetRawText());
        var value = record.GetProperty("value");
        Assert.Equal(["type", "title", "body", "recipient", "sentAt"], value.EnumerateObject().Select(p => p.Name));
        Assert.Equal("ann@example.org", value.GetProperty("recipient").GetString());
        Assert.InRange(value.GetProperty("sentAt").GetDateTimeOffset(), before, DateTimeOffset.UtcNow);
        var sent = $$"""{"type":"MAIL_MESSAGE","title":"제목","body":"b","recipient":"ann@example.org","sentAt":"{{value.GetProperty("sentAt").GetString()}}"}""";
        Assert.Equal(Encoding.UTF8.GetByteCount(sent), record.GetProperty("valueBytes").GetInt32());
    }

    [Theory]
    [InlineData("reader", true)]
    [InlineData("auditor", true)]
    [InlineData("operator", false)]
    [InlineData("editor", false)]
    public async Task A_reader_gets_values_masked(string role, bool masked)
    {
        var answer = await RunAsync("messages", Message, HostApp.KeyOf(role));
        var value = answer.GetProperty("records")[0].GetProperty("value");
        Assert.Equal(masked ? "***" : "ann@example.org", value.GetProperty("recipient").GetString());
        Assert.Equal(masked, answer.TryGetProperty("masked", out _));
        Assert.Equal(masked, !answer.GetRawText().Contains("ann@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_that_would_be_refused_says_why_and_which_letter_it_would_be()
    {
        var answer = await RunAsync("messages", """{"eventId":"e1","payload":{"title":"t"}}""");
        Assert.Empty(answer.GetProperty("records").EnumerateArray());
        Assert.Equal(
            """[{"eventId":"e1","letterKey":"dlq:menu:e1","reason":"the message has no recipient"}]""", answer.GetProperty("refused").GetRawText());
    }

    [Theory]
    [InlineData("messages", "", "body is not JSON: line 1, position 1", "body")]
    [InlineData("messages", "{\"eventId\":\n[}", "body is not JSON: line 2, position 2", "body")]
    [InlineData("messages", "[]", "body is of the wrong type", "body")]
    [InlineData("messages", "null", "body is of the wrong type", "body")]
    [InlineData("messages", "{\"evntId\":\"e1\"}", "there is no field 'evntId'", "evntId")]
    [InlineData("messages", "{\"payload\":{\"recipent\":\"r\"}}", "there is no field 'recipent'", "payload.recipent")]
    [InlineData("messages", "{\"payload\":{\"recipient\":7}}", "payload.recipient is of the wrong type", "payload.recipient")]
    [InlineData("messages", "{\"payload\":\"x\"}", "payload is of the wrong type", "payload")]
    [InlineData("messages", "{\"retryCount\":\"many\"}", "retryCount is of the wrong type", "retryCount")]
    [InlineData("messages", "{\"retryCount\":1e999}", "retryCount is of the wrong type", "retryCount")]
    [InlineData("messages", "{\"eventId\":\"a\",\"eventId\":\"b\"}", "eventId is there twice", "eventId")]
    [InlineData("messages", "{\"payload\":{\"title\":\"\\ud83d\"}}", "payload.title is not Unicode text", "payload.title")]
    [InlineData("messages", "{\"\\ud83d\":1}", "body holds a name that is not Unicode text", "body")]
    [InlineData("logs", "[{\"eventId\":\"a\"},{\"payload\":{\"levl\":\"INFO\"}}]", "there is no field 'levl'", "[1].payload.levl")]
    [InlineData("logs", "[{\"eventId\":\"a\"},7]", "[1] is of the wrong type", "[1]")]
    [InlineData("space-logs", "7", "body is of the wrong type", "body")]
    [InlineData("space", "{\"payload\":{\"pageId\":\"x\"}}", "payload.pageId is of the wrong type", "payload.pageId")]
    [InlineData("law", "{\"payload\":{\"changes\":[{\"articleNo\":\"1\"},{\"befor\":\"x\"}]}}", "there is no field 'befor'", "payload.changes[1].befor")]
    [InlineData("law", "{\"payload\":{\"changes\":[7]}}", "payload.changes[0] is of the wrong type", "payload.changes[0]")]
    public async Task What_is_no_row_is_told_by_its_place(string poller, string body, string error, string field)
    {
        var answer = await PostAsync(poller, Encoding.UTF8.GetBytes(body));
        using var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            (HttpStatusCode.BadRequest, error, field),
            (answer.StatusCode, told.RootElement.GetProperty("error").GetString(), told.RootElement.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_told() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("messages", [(byte)'"', 0xFC, (byte)'"'])).StatusCode);

    [Fact]
    public async Task Logs_are_split_as_a_visit_would_and_foreign_values_apart()
    {
        var rows = $"[{string.Join(',', Enumerable.Range(0, 1001).Select(i => LogRow($"e{i}", "INFO")))},{LogRow("odd", "LOUD")},{{\"eventId\":\"none\"}}]";
        var answer = await RunAsync("logs", rows);
        var records = answer.GetProperty("records").EnumerateArray().ToArray();
        Assert.Equal([1000, 1, 1], records.Select(r => r.GetProperty("events").GetArrayLength()));
        Assert.Equal([1000, 1, 1], records.Select(r => r.GetProperty("value").GetArrayLength()));
        Assert.All(records, r => Assert.StartsWith("hobom-log-", r.GetProperty("key").GetString(), StringComparison.Ordinal));
        Assert.Equal("level \"LOUD\"", records[2].GetProperty("alone").GetString());
        Assert.False(records[1].TryGetProperty("alone", out _));
        Assert.Equal("the row has no payload", answer.GetProperty("refused")[0].GetProperty("reason").GetString());
        Assert.Equal(1000, answer.GetProperty("limits").GetProperty("events").GetInt32());
    }

    [Fact]
    public async Task The_other_flows_show_their_own_records()
    {
        var space = await RunAsync("space", """{"eventId":"e1","payload":{"entityType":"PAGE","pageId":"7"}}""");
        Assert.Equal("hobom.space-events", space.GetProperty("records")[0].GetProperty("topic").GetString());
        var logs = await RunAsync("space-logs", LogRow("e1", "INFO"));
        Assert.StartsWith("space-log-", logs.GetProperty("records")[0].GetProperty("key").GetString(), StringComparison.Ordinal);
        var law = await RunAsync("law", """{"eventId":"e1","payload":{"diffId":"d1","changes":[{"articleNo":"1","after":"x"}]}}""");
        Assert.Equal("d1", law.GetProperty("change").GetProperty("diffId").GetString());
        Assert.Equal(JsonValueKind.Null, law.GetProperty("change").GetProperty("isKept").ValueKind);
        var refused = await RunAsync("law", """{"eventId":"e1","payload":{"diffId":"d1"}}""");
        Assert.Equal("the law change has no changes", refused.GetProperty("refused").GetProperty("reason").GetString());
    }

    static string LogRow(string id, string level) =>
        $$$"""{"eventId":"{{{id}}}","payload":{"serviceType":"HOBOM_SPACE","level":"{{{level}}}","method":"GET"}}""";

    async Task<JsonElement> RunAsync(string poller, string body, string key = HostApp.InternalKey)
    {
        var answer = await PostAsync(poller, Encoding.UTF8.GetBytes(body), key);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    Task<HttpResponseMessage> PostAsync(string poller, byte[] body, string key = HostApp.InternalKey)
    {
        var request = HostApp.Request("POST", $"{HttpApi.BasePath}/pollers/{poller}/dry-run", key);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new("application/json");
        return app.Client.SendAsync(request);
    }
}
