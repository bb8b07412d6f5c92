using Hobom.Slices.DeadLetters.Repair;
using FsCheck.Xunit;
using System.Text;
using System.Text.Json;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Letters;

public sealed class LetterRecordTextTests
{
    [Property]
    public bool A_record_reads_back_as_it_was_written(string id, string text, bool maybe)
    {
        var letter = LetterAt(Noon, maybe) with
        {
            Reason = WithoutLoneSurrogates(text),
            RecordKey = WithoutLoneSurrogates(id),
            Headers = [new("a", WithoutLoneSurrogates(text))],
        };
        var record = DeadLetterDecisions.Merge(null, letter);
        var read = (RecordReading.Readable)LetterRecordText.Parse(LetterRecordText.Format(record));
        return Same(record, read.Record);
    }

    [Fact]
    public void The_stored_form_is_a_contract() =>
        Assert.Equal(
            """
            {"v":1,"eventId":"e1","eventType":"MESSAGE","category":"menu","topic":"hobom.messages","recordKey":"e1",
            "headers":[{"name":"event-id","value":"e1"}],"stage":"publish","class":"transient","reason":"timed out",
            "attempts":[{"number":1,"startedAt":"2026-03-05T12:00:00+00:00","tookMs":7,"class":"unknown",
            "code":"Local_MsgTimedOut","message":"timed out","maybeWritten":true}],"attemptCount":1,
            "maybeWritten":true,"firstFailedAt":"2026-03-05T12:00:00+00:00","lastFailedAt":"2026-03-05T12:00:00+00:00",
            "payloadBytes":2,"payloadSha256":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            "row":"pending"}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(LetterRecordText.Format(
                DeadLetterDecisions.Merge(null, LetterAt(Noon, maybeWritten: true)))));

    [Fact]
    public void Members_of_a_newer_build_are_kept()
    {
        var json = Encoding.UTF8.GetString(LetterRecordText.Format(DeadLetterDecisions.Merge(null, LetterAt(Noon))));
        var newer = json[..^1] + ",\"state\":{\"by\":\"x\"}}";
        var read = Assert.IsType<RecordReading.Readable>(LetterRecordText.Parse(Encoding.UTF8.GetBytes(newer)));
        var merged = DeadLetterDecisions.Merge(read.Record, LetterAt(Noon.AddHours(1)));
        Assert.EndsWith(
            ",\"state\":{\"by\":\"x\"}}", Encoding.UTF8.GetString(LetterRecordText.Format(merged)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Claim_and_edit_are_read_as_they_were_written()
    {
        var record = DeadLetterDecisions.Merge(null, LetterAt(Noon)) with
        {
            Claim = new LetterClaim("anna", "op1", "p1", Noon, Noon + LetterClaim.Life), Edit = new LetterEdit("anna", Noon, "misspelt", "00", [new LetterChange("replace", "/a")], 1),
        };
        var read = Assert.IsType<RecordReading.Readable>(LetterRecordText.Parse(LetterRecordText.Format(record))).Record;
        Assert.Equal(record.Claim, read.Claim);
        Assert.Equal(("misspelt", "/a"), (read.Edit!.Reason, Assert.Single(read.Edit.Changes).Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("{\"v\":1}")]
    [InlineData("{\"v\":\"1\"}")]
    [InlineData("{\"v\":0}")]
    [InlineData("{\"v\":99,\"eventId\":\"e1\"}")]
    public void What_is_no_record_of_this_version_is_unreadable_and_kept(string text)
    {
        var read = Assert.IsType<RecordReading.Unreadable>(LetterRecordText.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, read.Text);
    }

    [Theory]
    [InlineData("\"reason\":\"timed out\"", "\"reason\":null")]
    [InlineData("\"class\":\"transient\"", "\"class\":\"other\"")]
    [InlineData("\"class\":\"transient\"", "\"class\":1")]
    [InlineData("\"attemptCount\":1", "\"attemptCount\":1e99")]
    [InlineData("\"attempts\":[", "\"attempts\":[7,")]
    [InlineData("2026-03-05T12", "2026-99-05T12")]
    [InlineData("timed out", "\\ud800")]
    public void A_damaged_record_is_unreadable(string part, string damage)
    {
        var json = Encoding.UTF8.GetString(LetterRecordText.Format(DeadLetterDecisions.Merge(null, LetterAt(Noon))));
        Assert.Contains(part, json, StringComparison.Ordinal);
        var damaged = json.Replace(part, damage, StringComparison.Ordinal);
        Assert.IsType<RecordReading.Unreadable>(LetterRecordText.Parse(Encoding.UTF8.GetBytes(damaged)));
    }

    [Property]
    public bool No_bytes_make_reading_throw(byte[] bytes) => LetterRecordText.Parse(bytes) is not null;

    static bool Same(LetterRecord a, LetterRecord b) =>
        JsonSerializer.Serialize(a) == JsonSerializer.Serialize(b) && a.Headers.SequenceEqual(b.Headers);

    static string WithoutLoneSurrogates(string? text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
}
