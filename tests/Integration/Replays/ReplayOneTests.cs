using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Tests.Integration.Redis;
using StackExchange.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Replays;

/// <summary>One letter, replayed by many at once, in one process and in two, and by processes that die in the middle.</summary>
public sealed class ReplayOneTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    readonly RecordedTopic topic = new();
    readonly List<ReplayProcess> processes = [];

    public Task InitializeAsync() => redis.ClearAsync();

    public async Task DisposeAsync()
    {
        foreach (var process in processes) await process.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Fifty_replays_at_once_publish_once_and_the_others_hear_who_and_since_when(int count)
    {
        await SaveAsync("e1");
        var desks = Enumerable.Range(0, count).Select(_ => NewProcess()).ToArray();
        var kafka = new TaskCompletionSource();
        foreach (var desk in desks) desk.Publishing = async _ => { await kafka.Task; return null; };
        var before = DateTimeOffset.UtcNow;
        Task<ReplayAnswer>[] replays = [.. Enumerable.Range(0, 50).Select(n => desks[n % count].Replays.StartAsync(
            Key("e1"), ReplayProcess.Anna with { Actor = $"caller {n}" }, Confirmation.None))];
        // Kafka is as slow as the other 49 need to have come second.
        await UntilAsync(() => Task.FromResult(replays.Count(replay => replay.IsCompleted) == 49));
        kafka.SetResult();
        var answers = await Task.WhenAll(replays);

        var winner = Array.FindIndex(answers, a => a is ReplayAnswer.Ran(ReplayOutcome.Delivered));
        var (here, elsewhere) = (Enumerable.Range(0, 50).Where(n => n % count == winner % count && n != winner), Enumerable.Range(0, 50).Where(n => n % count != winner % count));
        Assert.All(here, n =>
        {
            var holder = Assert.IsType<ReplayOutcome.Busy>(Assert.IsType<ReplayAnswer.Ran>(answers[n]).Outcome).Holder;
            Assert.Equal($"caller {winner}", holder.By);
            Assert.InRange(holder.Since, before.AddSeconds(-1), DateTimeOffset.UtcNow);
        });
        Assert.All(elsewhere, n => Assert.IsType<ReplayAnswer.HeldElsewhere>(answers[n]));
        Assert.Single(topic.Records);
        Assert.Single(desks.SelectMany(d => d.Marked));
        Assert.False(await redis.Plain.KeyExistsAsync("dlq:menu:e1"));
    }

    [Fact]
    public async Task A_claim_gives_a_letter_an_hour_and_never_takes_any_time_away()
    {
        await SaveAsync("short");
        await SaveAsync("long");
        await redis.Plain.KeyExpireAsync("dlq:menu:short", TimeSpan.FromSeconds(30));
        var process = NewProcess();
        process.DiesBefore = _ => true;
        foreach (var id in (string[])["short", "long"]) _ = process.Replays.StartAsync(Key(id), ReplayProcess.Anna, Confirmation.None);
        await UntilAsync(async () => await StateOf("short") is LetterState.Claimed && await StateOf("long") is LetterState.Claimed);

        foreach (var name in (RedisKey[])["dlq:menu:short", "dlqx:meta:menu:short"])
            Assert.InRange((await redis.Plain.KeyTimeToLiveAsync(name))!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        Assert.InRange((await redis.Plain.KeyTimeToLiveAsync("dlq:menu:long"))!.Value, TimeSpan.FromHours(71), TimeSpan.FromHours(72));
    }

    [Fact]
    public async Task A_record_that_a_dead_process_wrote_is_found_and_only_closed()
    {
        await SaveAsync("e1");
        var dead = NewProcess();
        dead.DiesAfter = _ => true;
        _ = dead.Replays.StartAsync(Key("e1"), ReplayProcess.Anna, Confirmation.None);
        await UntilAsync(() => Task.FromResult(topic.Records.Count == 1));
        await dead.KillAsync();
        var next = NewProcess();
        Assert.Equal("the flow 'menu' is held by here, process 7", Assert.IsType<ReplayAnswer.HeldElsewhere>(await Start(next, "e1")).Message);
        await ReplayProcess.HalfAMinuteLaterAsync(redis);
        Assert.Equal("anna", Assert.IsType<ReplayOutcome.Busy>(await Replay(next, "e1", Confirmation.SendAgain)).Holder.By);

        await AMinuteLaterAsync("e1");
        Assert.Equal(LetterState.Unknown, await StateOf("e1"));
        Assert.Null(Assert.IsType<ReplayOutcome.Delivered>(await Replay(next, "e1")).Position);
        Assert.Single(topic.Records);
        Assert.Equal([new EventId("e1")], next.Marked);
        Assert.Equal([], redis.Keys().Where(k => k.Contains("e1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_a_dead_process_began_and_nobody_finds_wants_a_second_confirmation()
    {
        await SaveAsync("e1");
        // It had the flow before the other one: what that noted, this one has to read again.
        var next = NewProcess();
        await SaveAsync("e0");
        Assert.IsType<ReplayOutcome.Delivered>(await Replay(next, "e0"));
        await ReplayProcess.HalfAMinuteLaterAsync(redis);
        next.Slice.Leases.Only().Lose(next.Slice.Leases.Only().Holding!, "it was cut off");
        var dead = NewProcess();
        var begun = new TaskCompletionSource();
        dead.DiesBefore = _ => begun.TrySetResult();
        _ = dead.Replays.StartAsync(Key("e1"), ReplayProcess.Anna, Confirmation.None);
        await begun.Task;
        await dead.KillAsync();
        await ReplayProcess.HalfAMinuteLaterAsync(redis);
        await AMinuteLaterAsync("e1");

        Assert.Contains("not found", Assert.IsType<ReplayOutcome.OutcomeUnknown>(await Replay(next, "e1")).Reason, StringComparison.Ordinal);
        Assert.Equal(LetterState.Unknown, await StateOf("e1"));
        Assert.Equal(["e0"], topic.Records.Select(r => r.Events[0].Id.Value));
        Assert.IsType<ReplayOutcome.Delivered>(await Replay(next, "e1", Confirmation.SendAgain));
        Assert.Equal(2, topic.Records.Count);
    }

    [Fact]
    public async Task A_publish_that_timed_out_leaves_the_letter_unknown_and_a_certain_failure_frees_it()
    {
        await SaveAsync("e1");
        var process = NewProcess();
        process.Publishing = _ => Task.FromResult<PublishFailure?>(new PublishFailure.Permanent("TooLarge", "too large"));
        Assert.IsType<ReplayOutcome.NotPublished>(await Replay(process, "e1"));
        Assert.Equal(LetterState.Open, await StateOf("e1"));

        process.Publishing = _ => Task.FromResult<PublishFailure?>(new PublishFailure.Unknown("TimedOut", "timed out"));
        Assert.IsType<ReplayOutcome.NotPublished>(await Replay(process, "e1"));
        Assert.Equal(LetterState.Unknown, await StateOf("e1"));
        Assert.Equal(["too large", "timed out"], (await RecordOf("e1")).Attempts.Skip(1).Select(a => a.Message));
        process.Publishing = _ => Task.FromResult<PublishFailure?>(null);
        Assert.IsType<ReplayOutcome.OutcomeUnknown>(await Replay(process, "e1"));

        Assert.Empty(process.Marked);
        Assert.IsType<ReplayOutcome.Delivered>(await Replay(process, "e1", Confirmation.Delivered));
        Assert.Equal([new EventId("e1")], process.Marked);
        Assert.Empty(topic.Records);
        Assert.False(await redis.Plain.KeyExistsAsync("dlq:menu:e1"));
    }

    [Fact]
    public async Task A_letter_whose_row_is_PENDING_is_its_pollers()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        var process = NewProcess();
        Assert.IsType<ReplayRefusal.RowStillPending>(Assert.IsType<ReplayAnswer.Refused>(await Start(process, "e1")).Refusal);
        process.SeePending(new EventId("e1"));
        Assert.IsType<ReplayRefusal.RowStillPending>(Assert.IsType<ReplayAnswer.Refused>(await Start(process, "e1")).Refusal);
        Assert.Empty(topic.Records);

        process.SeePending();
        Assert.IsType<ReplayOutcome.Delivered>(await Replay(process, "e1"));
    }

    [Fact]
    public async Task A_letter_that_another_program_wrote_is_claimed_and_replayed_too()
    {
        await redis.Plain.StringSetAsync("dlq:menu:a:b", "{\"type\":\"MAIL_MESSAGE\"}", TimeSpan.FromHours(10));
        var process = NewProcess();
        var (begun, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        process.Publishing = async _ =>
        {
            begun.TrySetResult();
            await told.Task;
            return null;
        };
        var first = Replay(process, "a:b");
        await begun.Task;
        Assert.IsNotType<ReplayOutcome.Delivered>(await Replay(process, "a:b"));
        told.SetResult();
        Assert.IsType<ReplayOutcome.Delivered>(await first);
        Assert.Equal("{\"type\":\"MAIL_MESSAGE\"}"u8.ToArray(), Assert.Single(topic.Records).Value.ToArray());
        Assert.Contains(new RecordHeader("possible-duplicate", "1"), topic.Records[0].Headers);
    }

    ReplayProcess NewProcess()
    {
        processes.Add(new ReplayProcess(redis, topic));
        return processes[^1];
    }

    async Task SaveAsync(string id)
    {
        (await redis.Store.SaveAsync(Of(Key(id)))).Right();
        (await redis.Store.NoteRowFailedAsync(Key(id))).Right();
    }

    static Task<ReplayAnswer> Start(ReplayProcess process, string id, Confirmation confirm = Confirmation.None) =>
        process.Replays.StartAsync(Key(id), ReplayProcess.Anna, confirm);

    static async Task<ReplayOutcome?> Replay(ReplayProcess process, string id, Confirmation confirm = Confirmation.None) =>
        (await Start(process, id, confirm) as ReplayAnswer.Ran)?.Outcome;

    async Task<LetterRecord> RecordOf(string id) => Assert.IsType<RecordReading.Readable>(
        Assert.IsType<LetterLookup.Found>((await redis.Store.GetAsync(Key(id))).Right()).Letter.Record).Record;

    async Task<LetterState> StateOf(string id) => LetterStates.Of(await RecordOf(id), DateTimeOffset.UtcNow);

    /// <summary>Nobody renewed the claim.</summary>
    async Task AMinuteLaterAsync(string id) => (await redis.Store.UpdateAsync(
        Key(id), record => record with { Claim = record.Claim! with { Until = record.Claim.Until - LetterClaim.Life } })).Right();

    static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var n = 0; n < 1000 && !await holds(); n++) await Task.Delay(20);
        Assert.True(await holds());
    }
}
