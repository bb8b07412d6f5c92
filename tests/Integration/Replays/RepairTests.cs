using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Tests.Integration.Redis;
using StackExchange.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Replays;

public sealed class RepairTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    const string Good = """{"type":"MAIL_MESSAGE","title":"t","body":"b","recipient":"r","sentAt":"2026-03-05T12:51:13Z"}""";

    readonly RecordedTopic topic = new();
    ReplayProcess process = null!;

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        process = new ReplayProcess(redis, topic);
    }

    public async Task DisposeAsync() => await process.DisposeAsync();

    [Fact]
    public async Task An_edited_letter_goes_out_as_edited_and_leaves_nothing_behind()
    {
        await SaveAsync("{\"title\" : \"t\"}");
        await redis.Plain.KeyExpireAsync("dlq:menu:e1", TimeSpan.FromHours(5));
        var edit = Assert.IsType<RepairAnswer.Done>(await EditAsync(Good)).Edit!;
        Assert.Equal(["add /type", "add /body", "add /recipient", "add /sentAt"], edit.Changes.Select(c => $"{c.Op} {c.Path}"));
        Assert.Equal("{\"title\" : \"t\"}", (string?)await redis.Plain.StringGetAsync("dlqx:orig:menu:e1"));
        foreach (var name in (RedisKey[])["dlq:menu:e1", "dlqx:orig:menu:e1", "dlqx:meta:menu:e1"])
            Assert.InRange((await redis.Plain.KeyTimeToLiveAsync(name))!.Value, TimeSpan.FromHours(4.9), TimeSpan.FromHours(5));

        Assert.IsType<ReplayOutcome.Delivered>(Assert.IsType<ReplayAnswer.Ran>(await ReplayAsync()).Outcome);
        var record = Assert.Single(topic.Records);
        Assert.Equal((Good, "e1", "hobom.messages"), (Encoding.UTF8.GetString(record.Value.Span), record.Key, record.Topic));
        Assert.Contains(new RecordHeader("edited", "1"), record.Headers);
        Assert.Equal([], redis.Keys().Where(k => k.EndsWith(":e1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Undoing_brings_the_bytes_back_that_failed_however_often_it_was_edited()
    {
        await SaveAsync("not even JSON");
        await EditAsync(Good);
        await EditAsync(Good.Replace("\"r\"", "\"s\"", StringComparison.Ordinal));
        Assert.Null(Assert.IsType<RepairAnswer.Done>(await process.Repair.UndoAsync(Key("e1"), ReplayProcess.Anna)).Edit);

        Assert.Equal("not even JSON", (string?)await redis.Plain.StringGetAsync("dlq:menu:e1"));
        Assert.False(await redis.Plain.KeyExistsAsync("dlqx:orig:menu:e1"));
        Assert.IsType<RepairAnswer.Refused>(await process.Repair.UndoAsync(Key("e1"), ReplayProcess.Anna));
        Assert.IsType<ReplayOutcome.Delivered>(Assert.IsType<ReplayAnswer.Ran>(await ReplayAsync()).Outcome);
        Assert.DoesNotContain(topic.Records[0].Headers, h => h.Name == "edited");
    }

    [Fact]
    public async Task What_the_flow_refuses_is_refused_here_with_its_reason()
    {
        await SaveAsync(Good);
        Assert.Equal(
            "the message has no recipient",
            Assert.IsType<RepairAnswer.BadPayload>(await EditAsync(Good.Replace("\"r\"", "\"\"", StringComparison.Ordinal))).Reason);
        Assert.Equal(Good, (string?)await redis.Plain.StringGetAsync("dlq:menu:e1"));
    }

    [Fact]
    public async Task A_refused_row_can_be_replayed_once_it_holds_a_proper_value()
    {
        var row = new Refusal(new EventId("e1"), Key("e1"), "{\"eventId\":\"e1\"}"u8.ToArray(), "the message has no recipient");
        (await redis.Store.SaveAsync(DeadLetter.Of(row, "MESSAGE", "hobom.messages", Noon))).Right();
        (await redis.Store.NoteRowFailedAsync(Key("e1"))).Right();
        Assert.IsType<ReplayRefusal.HoldsARow>(Assert.IsType<ReplayAnswer.Refused>(await ReplayAsync()).Refusal);
        Assert.IsType<RepairAnswer.Done>(await EditAsync(Good));
        Assert.IsType<ReplayOutcome.Delivered>(Assert.IsType<ReplayAnswer.Ran>(await ReplayAsync()).Outcome);

        var record = Assert.Single(topic.Records);
        Assert.Equal(["event-id=e1", "event-type=MESSAGE", "replay-of=dlq:menu:e1", "edited=1"], record.Headers.Where(h => h.Name != "replayed-at").Select(h => $"{h.Name}={h.Value}"));
        Assert.Equal([new EventId("e1")], process.Marked);
    }

    [Fact]
    public async Task A_row_that_cannot_be_marked_is_not_edited()
    {
        var row = new Refusal(null, Key("no-event-id:7"), "{}"u8.ToArray(), "the row has no event id");
        (await redis.Store.SaveAsync(DeadLetter.Of(row, "MESSAGE", "hobom.messages", Noon))).Right();
        var answer = await process.Repair.EditAsync(Key("no-event-id:7"), Encoding.UTF8.GetBytes(Good), "why not", ReplayProcess.Anna);
        Assert.Contains("cannot be marked", Assert.IsType<RepairAnswer.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_letter_that_is_being_replayed_is_not_edited()
    {
        await SaveAsync(Good);
        var begun = new TaskCompletionSource();
        process.DiesBefore = _ => begun.TrySetResult();
        _ = ReplayAsync();
        await begun.Task;
        Assert.StartsWith("anna replays it since", Assert.IsType<RepairAnswer.Refused>(await EditAsync(Good)).Reason, StringComparison.Ordinal);
    }

    /// <summary>Two people have opened it: the one who saves later does not undo the other without a word.</summary>
    [Fact]
    public async Task An_edit_of_a_payload_that_is_not_there_any_more_is_refused()
    {
        await SaveAsync("{\"title\":\"t\"}");
        var seen = Convert.ToHexStringLower(SHA256.HashData("{\"title\":\"t\"}"u8));
        Assert.IsType<RepairAnswer.Done>(await EditAsync(Good, seen));
        var late = await EditAsync(Good.Replace("\"r\"", "\"s\"", StringComparison.Ordinal), seen);
        Assert.Contains("changed meanwhile", Assert.IsType<RepairAnswer.Refused>(late).Reason, StringComparison.Ordinal);
        Assert.Equal(Good, (string?)await redis.Plain.StringGetAsync("dlq:menu:e1"));
        Assert.IsType<RepairAnswer.Done>(await EditAsync(Good.Replace("\"r\"", "\"s\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_new_failure_takes_the_edits_place()
    {
        await SaveAsync("{\"title\":\"t\"}");
        await EditAsync(Good);
        await SaveAsync("{\"title\":\"u\"}");
        Assert.Equal("{\"title\":\"u\"}", (string?)await redis.Plain.StringGetAsync("dlq:menu:e1"));
        Assert.False(await redis.Plain.KeyExistsAsync("dlqx:orig:menu:e1"));
        Assert.IsType<RepairAnswer.Refused>(await process.Repair.UndoAsync(Key("e1"), ReplayProcess.Anna));
    }

    async Task SaveAsync(string payload)
    {
        (await redis.Store.SaveAsync(Of(Key("e1"), payload: Encoding.UTF8.GetBytes(payload)))).Right();
        (await redis.Store.NoteRowFailedAsync(Key("e1"))).Right();
    }

    Task<RepairAnswer> EditAsync(string payload, string? seen = null) =>
        process.Repair.EditAsync(Key("e1"), Encoding.UTF8.GetBytes(payload), "misspelt", ReplayProcess.Anna, seen);

    Task<ReplayAnswer> ReplayAsync() => process.Replays.StartAsync(Key("e1"), ReplayProcess.Anna, Confirmation.None);
}
