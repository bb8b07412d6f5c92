using System.Globalization;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>From an outbox that another implementation serves to what a consumer reads.</summary>
public sealed class MessageInteropTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    static readonly string Hostile =
        "한국어 제목 \U0001F600\U0001F468‍\U0001F469‍\U0001F467 e\u0301 "
        + string.Concat(Enumerable.Range(0, 32).Select(c => (char)c))
        + "\u007f\u0085\u2028\u2029\ufeff \"\\/</script>&'+ %2F \ufffd";

    [Fact]
    public async Task Text_of_every_kind_arrives_as_it_was_written()
    {
        string[] ids = [Prefix + "a:b:c", Prefix + ":", Prefix + "한국\U0001F600", Prefix + "a/b%2F c?d=é", Prefix + "\u0001\n\"\\"];
        foreach (var id in ids)
            await Outbox.AddAsync(id, new { title = Hostile, body = Hostile + "본문", recipient = Hostile, senderId = Hostile, type = "PUSH_MESSAGE" });
        await using var processor = await StartAsync();
        await Outbox.EachIsSentOnceAsync(ids.Length, processor);
        foreach (var id in ids)
        {
            var record = Assert.Single(Messages.Of(id));
            Assert.Equal(Encoding.UTF8.GetBytes(id), record.Key);
            var value = JsonDocument.Parse(record.Value).RootElement;
            Assert.Equal(
                ["type", "title", "body", "recipient", "senderId", "sentAt"], value.EnumerateObject().Select(p => p.Name));
            Assert.Equal("PUSH_MESSAGE", value.GetProperty("type").GetString());
            Assert.Equal(Hostile, value.GetProperty("title").GetString());
            Assert.Equal(Hostile + "본문", value.GetProperty("body").GetString());
            Assert.Equal(Hostile, value.GetProperty("recipient").GetString());
            Assert.Equal(Hostile, value.GetProperty("senderId").GetString());
        }
    }

    [Fact]
    public async Task A_record_tells_its_event_its_type_and_a_trace_of_its_own_and_nothing_else_beside_its_value()
    {
        await Outbox.GenerateAsync(Prefix, 2);
        await using var processor = await StartAsync();
        await Outbox.EachIsSentOnceAsync(2, processor);
        var records = new[] { Messages.Of(Prefix + "0")[0], Messages.Of(Prefix + "1")[0] };
        foreach (var record in records)
            Assert.Equal(["event-id", "event-type", "traceparent"], record.Headers.Select(h => h.Name));
        Assert.Equal(Encoding.UTF8.GetBytes(Prefix + "1"), records[1].Headers[0].Value);
        Assert.Equal("MESSAGE"u8.ToArray(), records[1].Headers[1].Value);
        var traces = records.SelectMany(r => r.TextsOf("traceparent")).ToArray();
        Assert.All(traces, t => Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", t));
        Assert.Equal(2, traces.Distinct().Count());
    }

    [Fact]
    public async Task An_empty_type_means_mail_an_empty_sender_is_left_out_and_the_time_is_an_instant_of_now()
    {
        var before = DateTimeOffset.UtcNow;
        await Outbox.AddAsync(Prefix, new { title = "", body = "", recipient = "a@example.org", senderId = "", type = "" });
        await using var processor = await StartAsync();
        await Outbox.EachIsSentOnceAsync(1, processor);
        var value = JsonDocument.Parse(Messages.Of(Prefix)[0].Value).RootElement;
        Assert.Equal(["type", "title", "body", "recipient", "sentAt"], value.EnumerateObject().Select(p => p.Name));
        Assert.Equal("MAIL_MESSAGE", value.GetProperty("type").GetString());
        Assert.Equal("", value.GetProperty("title").GetString());
        var sentAt = value.GetProperty("sentAt").GetString()!;
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z$", sentAt);
        Assert.InRange(DateTimeOffset.Parse(sentAt, CultureInfo.InvariantCulture), before, DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Ten_thousand_rows_in_one_answer_of_six_megabytes_are_each_sent_once()
    {
        const int rows = 10_000;
        await Outbox.GenerateAsync(Prefix, rows, bodyBytes: 500);
        await using var processor = await StartAsync();
        await Outbox.EachIsSentOnceAsync(rows, processor);
    }

    [Fact]
    public async Task Every_call_carries_the_key_and_a_deadline()
    {
        await Outbox.GenerateAsync(Prefix, 3);
        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        var finds = await Control.CallsAsync("main", "find-message");
        var marks = await Control.CallsAsync("main", "message/mark-sent");
        Assert.All(finds.Items.Concat(marks.Items), call => Assert.Equal("test-key", call.Metadata["x-api-key"]));
        // An answer is taken as its rows go out.
        Assert.All(finds.Items, call => Assert.InRange(call.DeadlineMs ?? int.MaxValue, 1, 660_000));
        Assert.All(marks.Items, call => Assert.InRange(call.DeadlineMs ?? int.MaxValue, 1, 5_000));
        Assert.Equal("MESSAGE", finds.Items[0].Request.GetProperty("eventType").GetString());
        Assert.Equal("PENDING", finds.Items[0].Request.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("JavaScript's Date text", 3_600)]
    [InlineData("tomorrow, perhaps", null)]
    public async Task A_row_s_age_is_known_from_JavaScript_s_date_text_and_unknown_from_any_other(string form, int? age)
    {
        var hourAgo = DateTimeOffset.UtcNow.AddHours(-1);
        var createdAt = age is null ? form : hourAgo.ToString("ddd MMM dd yyyy HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'", CultureInfo.InvariantCulture);
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Status = 14, Repeat = GrpcJsOrder.Forever });
        await Control.AddRowsAsync("main", new
        {
            eventType = "MESSAGE", eventId = Prefix, createdAt, payload = new { title = "t", recipient = "r" },
        });
        await using var processor = await StartAsync();
        await processor.SaysAsync("rows stay PENDING");
        var poller = JsonDocument.Parse(await processor.Http.GetStringAsync(
            new Uri("/hobom-event-processor/internal/api/v1/pollers/messages", UriKind.Relative))).RootElement;
        var lag = poller.GetProperty("lagSeconds");
        if (age is { } expected) Assert.InRange(lag.GetDouble(), expected - 2, expected + 120);
        else Assert.Equal(JsonValueKind.Null, lag.ValueKind);
        await Control.ClearScriptsAsync();
        await Outbox.EachIsSentOnceAsync(1, processor);
    }
}
