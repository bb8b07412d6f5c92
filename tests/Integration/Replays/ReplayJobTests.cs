using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Tests.Integration.Redis;
using LanguageExt;
using Xunit.Abstractions;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Replays;

public sealed class ReplayJobTests(RedisFixture redis, ITestOutputHelper output) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    const string Message = """{"type":"MAIL_MESSAGE","title":"t","body":"b","recipient":"r","sentAt":"2026-03-05T12:51:13Z"}""";

    readonly RecordedTopic topic = new();
    readonly List<ReplayProcess> processes = [];

    public Task InitializeAsync() => redis.ClearAsync();

    public async Task DisposeAsync()
    {
        foreach (var process in processes) await process.DisposeAsync();
    }

    [Fact]
    public async Task Ten_thousand_letters_whose_process_is_killed_at_half_are_finished_by_the_next_and_none_is_doubled()
    {
        const int Count = 10_000;
        await SaveAsync([.. Enumerable.Range(0, Count).Select(n => $"e{n:D5}")]);
        var first = NewProcess();
        var job = await StartedAsync(first, new ReplayJobOptions(Rate: 1000));
        // From the middle on nothing is acknowledged any more, and soon nothing reaches the broker.
        first.DiesAfter = _ => topic.Records.Count is >= Count / 2 and < (Count / 2) + 10;
        first.DiesBefore = _ => topic.Records.Count >= (Count / 2) + 10;
        var watch = Stopwatch.StartNew();
        first.RunJobs();
        // What hangs may hold up the batch that it came in: the count need not pass the middle by much.
        await UntilAsync(() => Task.FromResult(topic.Records.Count >= Count / 2));
        await first.KillAsync();
        var (half, took) = (topic.Records.Count, watch.Elapsed);
        await HalfAMinuteLaterAsync(job.Id);

        watch.Restart();
        var next = NewProcess();
        next.RunJobs();
        job = await EndedAsync(next, job.Id);
        output.WriteLine(
            $"{half} records in {took.TotalSeconds:F1} s, killed; the rest in {watch.Elapsed.TotalSeconds:F1} s: {job.Delivered} delivered "
            + $"({job.Unseen} unseen), {job.Failed} failed, {job.Skipped} skipped; {topic.Doubles} doubles");
        Assert.Equal((ReplayJobState.Finished, 0, 0), (job.State, job.Left, topic.Doubles));
        // What the dead process had begun and nobody can find is not sent again without a word: at most a batch.
        Assert.Equal((Count, 0), (job.Delivered + job.Skipped, job.Failed));
        Assert.InRange(job.Skipped, 0, 100);
        Assert.Equal(Count - job.Skipped, topic.Records.Count);
        Assert.Equal(job.Skipped, redis.Keys().Count(k => k.StartsWith("dlq:menu:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_plan_tells_what_it_would_do_writes_nothing_and_never_takes_what_came_after_it()
    {
        await SaveAsync("a", "b", "c", "d");
        var process = NewProcess();
        var job = await PlannedAsync(process, new ReplayJobOptions(Canary: 0));
        Assert.Equal((4, "menu", 4), (job.Plan.Count, Assert.Single(job.Plan.Categories).Category, Assert.Single(job.Plan.Causes).Count));
        Assert.Equal(["dlq:menu:a", "dlq:menu:b", "dlq:menu:c", "dlq:menu:d"], job.Plan.Sample);
        Assert.Empty(topic.Records);

        await SaveAsync("later");
        (await redis.Store.SaveAsync(Of(Key("b"), DateTimeOffset.UtcNow.AddSeconds(1)))).Right();
        (await redis.Store.NoteRowFailedAsync(Key("b"))).Right();
        (await redis.Store.DropAsync(Key("c"))).Right();
        (await redis.Store.ActAsync(Key("d"), new LetterCommand(LetterAction.Discard, "ben", "sent by hand"))).Right();
        Assert.Equal(ReplayJobState.Running, (await process.JobPlanner.TellAsync(job.Id, ReplayJobCommand.Start, ReplayProcess.Anna)).Right().State);
        process.RunJobs();
        job = await EndedAsync(process, job.Id);

        Assert.Equal(["a"], topic.Records.Select(r => r.Events[0].Id.Value));
        Assert.Equal((1, 3), (job.Delivered, job.Skipped));
        Assert.Equal(
            ["it failed again after the plan was made: 1", "the letter is gone: 2"], job.Skips.Select(s => $"{s.Reason}: {s.Count}").Order());
        Assert.Equal(
            ["intent plan replays", "intent replay job ended", "intent start replays", "outcome plan replays", "outcome replay job ended", "outcome start replays"],
            (await AuditAsync()).Select(e => $"{e.Phase} {e.Action}").Order());
    }

    [Fact]
    public async Task A_plan_leaves_out_a_letter_that_went_a_moment_ago()
    {
        await SaveAsync("a", "b");
        var process = NewProcess();
        (await process.Feed.LoadAsync()).Right();
        (await redis.Store.DropAsync(Key("a"))).Right();
        var all = new ReplaySelection(LetterFilter.All, null, new ReplayJobOptions(), null);
        Assert.Equal(["dlq:menu:b"], (await process.JobPlanner.PlanAsync(all, ReplayProcess.Anna)).Right().Plan.Sample);
    }

    [Fact]
    public async Task One_job_at_a_time_has_a_category()
    {
        await SaveAsync("a", "b");
        var process = NewProcess();
        var first = await StartedAsync(process, new ReplayJobOptions());
        var second = await PlannedAsync(process, new ReplayJobOptions());
        var refused = (await process.JobPlanner.TellAsync(second.Id, ReplayJobCommand.Start, ReplayProcess.Anna)).Left();
        Assert.Equal($"job {first.Id} has the letters of category 'menu'", Assert.IsType<JobFault.Refused>(refused).Message);
        (await process.JobPlanner.TellAsync(first.Id, ReplayJobCommand.Cancel, ReplayProcess.Anna)).Right();
        (await process.JobPlanner.TellAsync(second.Id, ReplayJobCommand.Start, ReplayProcess.Anna)).Right();
    }

    [Fact]
    public async Task A_job_pauses_while_the_broker_is_away_and_touches_no_more_until_it_is_resumed()
    {
        await SaveAsync([.. Enumerable.Range(0, 30).Select(n => $"e{n:D2}")]);
        var process = NewProcess();
        var (away, asked) = (true, 0);
        process.Publishing = d => Task.FromResult<PublishFailure?>(
            away && Interlocked.Increment(ref asked) > 10 ? new PublishFailure.Transient("AllBrokersDown", "no broker", FaultScope.Cluster) : null);
        var job = await StartedAsync(process, new ReplayJobOptions(Rate: 100));
        process.RunJobs();
        await UntilAsync(async () => (await process.Jobs.GetAsync(job.Id)).Right() is { State: ReplayJobState.Paused, Begun.Count: 0 });
        job = (await process.Jobs.GetAsync(job.Id)).Right();
        Assert.Equal(("the broker is away: no broker; asks again by itself", 10, 20), (job.Why, job.Delivered, job.Left));

        away = false;
        (await process.JobPlanner.TellAsync(job.Id, ReplayJobCommand.Resume, ReplayProcess.Anna)).Right();
        job = await EndedAsync(process, job.Id);
        Assert.Equal((ReplayJobState.Finished, 30, 0, 0), (job.State, job.Delivered, topic.Doubles, job.Failed));
    }

    [Fact]
    public async Task A_patch_is_tried_on_every_letter_first_and_changes_only_what_goes_out()
    {
        await SaveAsync("good");
        (await redis.Store.SaveAsync(Of(Key("bad"), payload: "{\"type\":\"MAIL_MESSAGE\"}"u8.ToArray()))).Right();
        (await redis.Store.NoteRowFailedAsync(Key("bad"))).Right();
        var process = NewProcess();
        var job = await StartedAsync(process, new ReplayJobOptions(Canary: 0), """[{"op":"replace","path":"/recipient","value":"x"}]""");
        Assert.Equal(1, job.Plan.Patch!.Fits);
        Assert.Equal("operation <n>: there is nothing at its path", Assert.Single(job.Plan.Patch.Refused).Reason);
        Assert.Equal(Message, (string?)await redis.Plain.StringGetAsync("dlq:menu:good"));
        process.RunJobs();
        job = await EndedAsync(process, job.Id);

        var record = Assert.Single(topic.Records);
        Assert.Equal(Message.Replace("\"r\"", "\"x\"", StringComparison.Ordinal), Encoding.UTF8.GetString(record.Value.Span));
        Assert.Contains(new RecordHeader("edited", "1"), record.Headers);
        Assert.Equal((1, 1), (job.Delivered, job.Skipped));
        Assert.Equal("{\"type\":\"MAIL_MESSAGE\"}", (string?)await redis.Plain.StringGetAsync("dlq:menu:bad"));
    }

    [Fact]
    public async Task A_job_runs_where_its_letters_flow_is_held_and_goes_on_at_the_next_holder()
    {
        const int Count = 300;
        await SaveAsync([.. Enumerable.Range(0, Count).Select(n => $"e{n:D3}")]);
        var (first, next) = (NewProcess(), NewProcess());
        Assert.IsType<LeaseAnswer.Held>(await next.Slice.Leases.Only().TryAcquireAsync());
        var job = await StartedAsync(first, new ReplayJobOptions(Rate: 200));
        first.RunJobs();
        // It has looked, seen whose flow it is, and looked again.
        await UntilAsync(() => Task.FromResult(
            first.JobLines.Count(l => l.Contains("its letters' flows are held elsewhere", StringComparison.Ordinal)) > 1));
        Assert.Empty(topic.Records);

        Assert.IsType<ReplayAnswer.HeldElsewhere>(await first.Replays.StartAsync(Key("e000"), ReplayProcess.Anna, Confirmation.None));
        await next.Slice.Leases.Only().YieldAsync();
        await UntilAsync(() => Task.FromResult(topic.Records.Count is > 20 and < Count));
        // As a cut-off holder finds it: in the middle of a batch the flow is another's.
        Assert.True(await redis.Plain.KeyDeleteAsync("dlqx:lease:menu"));
        var third = NewProcess();
        Assert.IsType<LeaseAnswer.Held>(await third.Slice.Leases.Only().TryAcquireAsync());
        third.RunJobs();
        job = await EndedAsync(third, job.Id);
        Assert.Equal(
            (ReplayJobState.Finished, Count, 0, 0, 0), (job.State, job.Delivered, job.Failed, job.Skipped, topic.Doubles));
    }

    [Fact]
    public async Task A_replay_asked_for_elsewhere_runs_at_the_holder_and_a_confirmation_counts_for_one_try()
    {
        await SaveAsync("e1");
        var (holder, other) = (NewProcess(), NewProcess());
        Assert.IsType<LeaseAnswer.Held>(await holder.Slice.Leases.Only().TryAcquireAsync());
        holder.RunJobs();
        (await other.Feed.LoadAsync()).Right();
        var elsewhere = new ReplayAtHolder(other.JobPlanner, other.Jobs, TimeProvider.System);
        Task<Either<string, ReplayJob>> ReplayAsync(Confirmation confirmation, int seconds) =>
            elsewhere.RunAsync(Key("e1"), ReplayProcess.Anna, confirmation, TimeSpan.FromSeconds(seconds));
        holder.Publishing = _ => Task.FromResult<PublishFailure?>(new PublishFailure.Unknown("TimedOut", "timed out"));
        Assert.Equal("TimedOut: timed out", Assert.Single((await ReplayAsync(Confirmation.None, 60)).Right().Failures).Reason);
        holder.Publishing = _ => Task.FromResult<PublishFailure?>(null);
        Assert.Contains("confirmation", Assert.Single((await ReplayAsync(Confirmation.None, 60)).Right().Skips).Reason, StringComparison.Ordinal);
        Assert.Empty(topic.Records);

        // Confirmed, and then the holder dies: whether it went out this time, nobody confirmed.
        var begun = new TaskCompletionSource();
        holder.DiesBefore = _ => begun.TrySetResult();
        var job = (await ReplayAsync(Confirmation.SendAgain, 1)).Right();
        await begun.Task;
        Assert.True(job.IsActive);
        Assert.Contains(job.Id, (await ReplayAsync(Confirmation.SendAgain, 1)).Left(), StringComparison.Ordinal);
        await holder.KillAsync();
        await HalfAMinuteLaterAsync(job.Id);
        var next = NewProcess();
        next.RunJobs();
        job = await EndedAsync(next, job.Id);
        Assert.Equal((0, 1), (job.Delivered, job.Skipped));
        Assert.Empty(topic.Records);

        Assert.Equal(1, (await ReplayAsync(Confirmation.SendAgain, 60)).Right().Delivered);
        Assert.Single(topic.Records);
    }

    ReplayProcess NewProcess()
    {
        processes.Add(new ReplayProcess(redis, topic));
        return processes[^1];
    }

    async Task SaveAsync(params IReadOnlyList<string> ids)
    {
        foreach (var some in ids.Chunk(64))
            await Task.WhenAll(some.Select(async id =>
            {
                (await redis.Store.SaveAsync(Of(Key(id), payload: Encoding.UTF8.GetBytes(Message)))).Right();
                (await redis.Store.NoteRowFailedAsync(Key(id))).Right();
            }));
    }

    [Fact]
    public async Task A_patch_mends_refused_rows_and_the_flow_makes_their_records()
    {
        foreach (var (id, payload) in (IEnumerable<(string, string)>)[("a", "{\"title\":\"t\"}"), ("b", "{\"title\":\"u\",\"type\":\"SMS\"}")])
        {
            var row = Encoding.UTF8.GetBytes($$"""{"eventId":"{{id}}","payload":{{payload}}}""");
            (await redis.Store.SaveAsync(DeadLetter.Of(new Refusal(new EventId(id), Key(id), row, "the message has no recipient"), "MESSAGE", "hobom.messages", Noon))).Right();
            (await redis.Store.NoteRowFailedAsync(Key(id))).Right();
        }

        var process = NewProcess();
        var job = await StartedAsync(process, new ReplayJobOptions(), """[{"op":"add","path":"/payload/recipient","value":"r"}]""");
        Assert.Equal(1, job.Plan.Patch!.Fits);
        Assert.Equal("the message's type is none of MAIL_MESSAGE, PUSH_MESSAGE", Assert.Single(job.Plan.Patch.Refused).Reason);
        process.RunJobs();
        job = await EndedAsync(process, job.Id);
        Assert.Equal((1, 1), (job.Delivered, job.Skipped));
        Assert.StartsWith("""{"type":"MAIL_MESSAGE","title":"t","body":"","recipient":"r",""", Encoding.UTF8.GetString(Assert.Single(topic.Records).Value.Span), StringComparison.Ordinal);
    }

    static async Task<ReplayJob> PlannedAsync(ReplayProcess process, ReplayJobOptions options, string? patch = null)
    {
        (await process.Feed.LoadAsync()).Right();
        using var json = patch is null ? null : JsonDocument.Parse(patch);
        Assert.Null(ReplayJobPlanner.ParsePatch(json?.RootElement, out var parsed));
        return (await process.JobPlanner.PlanAsync(new ReplaySelection(LetterFilter.All, null, options, parsed), ReplayProcess.Anna)).Right();
    }

    static async Task<ReplayJob> StartedAsync(ReplayProcess process, ReplayJobOptions options, string? patch = null)
    {
        var planned = await PlannedAsync(process, options, patch);
        return (await process.JobPlanner.TellAsync(planned.Id, ReplayJobCommand.Start, ReplayProcess.Anna)).Right();
    }

    /// <summary>The end is told to the audit after it is kept.</summary>
    async Task<ReplayJob> EndedAsync(ReplayProcess process, string id)
    {
        await UntilAsync(async () => (await AuditAsync()).Any(
            e => e.Set == id && e is { Phase: AuditEntry.Outcome, Action: "replay job ended" }));
        return (await process.Jobs.GetAsync(id)).Right();
    }

    /// <summary>The dead process has not renewed its leases.</summary>
    async Task HalfAMinuteLaterAsync(string id)
    {
        await redis.Plain.KeyExpireAsync($"dlqx:job:{id}:lease", TimeSpan.FromMilliseconds(1));
        await ReplayProcess.HalfAMinuteLaterAsync(redis);
    }

    async Task<IReadOnlyList<AuditEntry>> AuditAsync() =>
        (await new RedisAuditLog(redis.Connection).PageAsync(new AuditFilter(), 100, null)).Right().Entries;

    static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var since = Stopwatch.StartNew();
        while (!await holds() && since.Elapsed < TimeSpan.FromMinutes(3)) await Task.Delay(50);
        Assert.True(await holds());
    }
}
