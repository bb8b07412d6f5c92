using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Tests.Integration.Redis;
using LanguageExt;
using Xunit.Abstractions;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Replays;

/// <summary>Which process runs a job, and who goes on with it.</summary>
public sealed class ReplayJobProcessTests(RedisFixture redis, ITestOutputHelper output) : ReplayJobTest(redis)
{
    [Fact]
    public async Task Ten_thousand_letters_whose_process_is_killed_at_half_are_finished_by_the_next_and_none_is_doubled()
    {
        const int Count = 10_000;
        await SaveAsync([.. Enumerable.Range(0, Count).Select(n => $"e{n:D5}")]);
        var first = NewProcess();
        var job = await StartedAsync(first, new ReplayJobOptions(Rate: 1000));
        // From the middle on nothing is acknowledged any more, and soon nothing reaches the broker.
        first.DiesAfter = _ => Topic.Records.Count is >= Count / 2 and < (Count / 2) + 10;
        first.DiesBefore = _ => Topic.Records.Count >= (Count / 2) + 10;
        var watch = Stopwatch.StartNew();
        first.RunJobs();
        // What hangs may hold up the batch that it came in: the count need not pass the middle by much.
        await UntilAsync(() => Task.FromResult(Topic.Records.Count >= Count / 2));
        await first.KillAsync();
        var (half, took) = (Topic.Records.Count, watch.Elapsed);
        await HalfAMinuteLaterAsync(job.Id);

        watch.Restart();
        var next = NewProcess();
        next.RunJobs();
        job = await EndedAsync(next, job.Id);
        output.WriteLine(
            $"{half} records in {took.TotalSeconds:F1} s, killed; the rest in {watch.Elapsed.TotalSeconds:F1} s: {job.Delivered} delivered "
            + $"({job.Unseen} unseen), {job.Failed} failed, {job.Skipped} skipped; {Topic.Doubles} doubles");
        Assert.Equal((ReplayJobState.Finished, 0, 0), (job.State, job.Left, Topic.Doubles));
        // What the dead process had begun and nobody can find is not sent again without a word: at most a batch.
        Assert.Equal((Count, 0), (job.Delivered + job.Skipped, job.Failed));
        Assert.InRange(job.Skipped, 0, 100);
        Assert.Equal(Count - job.Skipped, Topic.Records.Count);
        Assert.Equal(job.Skipped, Redis.Keys().Count(k => k.StartsWith("dlq:menu:", StringComparison.Ordinal)));
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
        Assert.Empty(Topic.Records);

        Assert.IsType<ReplayAnswer.HeldElsewhere>(await first.Replays.StartAsync(Key("e000"), ReplayProcess.Anna, Confirmation.None));
        await next.Slice.Leases.Only().YieldAsync();
        await UntilAsync(() => Task.FromResult(Topic.Records.Count is > 20 and < Count));
        // As a cut-off holder finds it: in the middle of a batch the flow is another's.
        Assert.True(await Redis.Plain.KeyDeleteAsync("dlqx:lease:menu"));
        var third = NewProcess();
        Assert.IsType<LeaseAnswer.Held>(await third.Slice.Leases.Only().TryAcquireAsync());
        third.RunJobs();
        job = await EndedAsync(third, job.Id);
        Assert.Equal(
            (ReplayJobState.Finished, Count, 0, 0, 0), (job.State, job.Delivered, job.Failed, job.Skipped, Topic.Doubles));
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
        Assert.Empty(Topic.Records);

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
        Assert.Empty(Topic.Records);

        Assert.Equal(1, (await ReplayAsync(Confirmation.SendAgain, 60)).Right().Delivered);
        Assert.Single(Topic.Records);
    }
}
