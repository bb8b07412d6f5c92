using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Replays;

/// <summary>What a job plans, does and leaves.</summary>
public sealed class ReplayJobTests(RedisFixture redis) : ReplayJobTest(redis)
{
    [Fact]
    public async Task A_plan_tells_what_it_would_do_writes_nothing_and_never_takes_what_came_after_it()
    {
        await SaveAsync("a", "b", "c", "d");
        var process = NewProcess();
        var job = await PlannedAsync(process, new ReplayJobOptions(Canary: 0));
        Assert.Equal((4, "menu", 4), (job.Plan.Count, Assert.Single(job.Plan.Categories).Category, Assert.Single(job.Plan.Causes).Count));
        Assert.Equal(["dlq:menu:a", "dlq:menu:b", "dlq:menu:c", "dlq:menu:d"], job.Plan.Sample);
        Assert.Empty(Topic.Records);

        await SaveAsync("later");
        (await Redis.Store.SaveAsync(Of(Key("b"), DateTimeOffset.UtcNow.AddSeconds(1)))).Right();
        (await Redis.Store.NoteRowFailedAsync(Key("b"))).Right();
        (await Redis.Store.DropAsync(Key("c"))).Right();
        (await Redis.Store.ActAsync(Key("d"), new LetterCommand(LetterAction.Discard, "ben", "sent by hand"))).Right();
        Assert.Equal(ReplayJobState.Running, (await process.JobPlanner.TellAsync(job.Id, ReplayJobCommand.Start, ReplayProcess.Anna)).Right().State);
        process.RunJobs();
        job = await EndedAsync(process, job.Id);

        Assert.Equal(["a"], Topic.Records.Select(r => r.Events[0].Id.Value));
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
        (await Redis.Store.DropAsync(Key("a"))).Right();
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
        Assert.Equal((ReplayJobState.Finished, 30, 0, 0), (job.State, job.Delivered, Topic.Doubles, job.Failed));
    }

    [Fact]
    public async Task A_job_pauses_while_the_backend_is_away_and_then_closes_what_it_had_published()
    {
        await SaveAsync([.. Enumerable.Range(0, 10).Select(n => $"e{n:D2}")]);
        var process = NewProcess();
        process.Marking = _ => new CallFailure(CallFailureKind.Unavailable, "no connection");
        var job = await StartedAsync(process, new ReplayJobOptions(Rate: 100));
        process.RunJobs();
        await UntilAsync(async () => (await process.Jobs.GetAsync(job.Id)).Right() is { State: ReplayJobState.Paused, Begun.Count: 0 });
        job = (await process.Jobs.GetAsync(job.Id)).Right();
        Assert.Equal(
            ("published, but its row could not be marked SENT: Unavailable: no connection; asks again by itself", 0, 10), (job.Why, job.Failed, job.Left));

        process.Marking = _ => null;
        (await process.JobPlanner.TellAsync(job.Id, ReplayJobCommand.Resume, ReplayProcess.Anna)).Right();
        job = await EndedAsync(process, job.Id);
        Assert.Equal((ReplayJobState.Finished, 10, 0, 0), (job.State, job.Delivered, Topic.Doubles, job.Failed));
        Assert.Equal(10, Topic.Records.Count);
    }

    [Fact]
    public async Task A_row_that_the_backend_cannot_mark_is_passed_by()
    {
        await SaveAsync([.. Enumerable.Range(0, 30).Select(n => $"e{n:D2}")]);
        var process = NewProcess();
        process.Marking = id => id.Value == "e00" ? new CallFailure(CallFailureKind.Unknown, "a bug") : null;
        var job = await StartedAsync(process, new ReplayJobOptions(Rate: 100, Canary: 0));
        process.RunJobs();
        job = await EndedAsync(process, job.Id);
        Assert.Equal((ReplayJobState.Finished, 29, 1), (job.State, job.Delivered, job.Failed));
    }

    [Fact]
    public async Task A_patch_is_tried_on_every_letter_first_and_changes_only_what_goes_out()
    {
        await SaveAsync("good");
        (await Redis.Store.SaveAsync(Of(Key("bad"), payload: "{\"type\":\"MAIL_MESSAGE\"}"u8.ToArray()))).Right();
        (await Redis.Store.NoteRowFailedAsync(Key("bad"))).Right();
        var process = NewProcess();
        var job = await StartedAsync(process, new ReplayJobOptions(Canary: 0), """[{"op":"replace","path":"/recipient","value":"x"}]""");
        Assert.Equal(1, job.Plan.Patch!.Fits);
        Assert.Equal("operation <n>: there is nothing at its path", Assert.Single(job.Plan.Patch.Refused).Reason);
        Assert.Equal(Message, (string?)await Redis.Plain.StringGetAsync("dlq:menu:good"));
        process.RunJobs();
        job = await EndedAsync(process, job.Id);

        var record = Assert.Single(Topic.Records);
        Assert.Equal(Message.Replace("\"r\"", "\"x\"", StringComparison.Ordinal), Encoding.UTF8.GetString(record.Value.Span));
        Assert.Contains(new RecordHeader("edited", "1"), record.Headers);
        Assert.Equal((1, 1), (job.Delivered, job.Skipped));
        Assert.Equal("{\"type\":\"MAIL_MESSAGE\"}", (string?)await Redis.Plain.StringGetAsync("dlq:menu:bad"));
    }

    [Fact]
    public async Task A_patch_mends_refused_rows_and_the_flow_makes_their_records()
    {
        foreach (var (id, payload) in (IEnumerable<(string, string)>)[("a", "{\"title\":\"t\"}"), ("b", "{\"title\":\"u\",\"type\":\"SMS\"}")])
        {
            var row = Encoding.UTF8.GetBytes($$"""{"eventId":"{{id}}","payload":{{payload}}}""");
            (await Redis.Store.SaveAsync(DeadLetter.Of(new Refusal(new EventId(id), Key(id), row, "the message has no recipient"), "MESSAGE", "hobom.messages", Noon))).Right();
            (await Redis.Store.NoteRowFailedAsync(Key(id))).Right();
        }

        var process = NewProcess();
        var job = await StartedAsync(process, new ReplayJobOptions(), """[{"op":"add","path":"/payload/recipient","value":"r"}]""");
        Assert.Equal(1, job.Plan.Patch!.Fits);
        Assert.Equal("the message's type is none of MAIL_MESSAGE, PUSH_MESSAGE", Assert.Single(job.Plan.Patch.Refused).Reason);
        process.RunJobs();
        job = await EndedAsync(process, job.Id);
        Assert.Equal((1, 1), (job.Delivered, job.Skipped));
        Assert.StartsWith("""{"type":"MAIL_MESSAGE","title":"t","body":"","recipient":"r",""", Encoding.UTF8.GetString(Assert.Single(Topic.Records).Value.Span), StringComparison.Ordinal);
    }
}
