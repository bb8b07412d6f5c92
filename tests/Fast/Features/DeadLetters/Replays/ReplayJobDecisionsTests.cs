using System.Diagnostics;
using Hobom.Slices.DeadLetters.Replays;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.Replays.JobSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Replays;

public sealed class ReplayJobDecisionsTests
{
    [Fact]
    public void The_canary_runs_alone_and_the_rest_follows_when_it_is_well()
    {
        var (job, items, at) = Step(Started(100, new ReplayJobOptions(Rate: 1000, Canary: 3)), Noon, Good);
        Assert.Equal(3, items.Count);
        Assert.Equal(ReplayJobState.Running, job.State);
        (_, items, _) = Step(job, at, Good);
        Assert.Equal(100 - 3, items.Count);
    }

    [Fact]
    public void A_canary_whose_letters_are_skipped_goes_on_until_enough_were_tried()
    {
        var (job, _, at) = Step(Started(100, new ReplayJobOptions(Canary: 3)), Noon, Gone);
        Assert.Equal(ReplayJobState.Canary, job.State);
        (job, _, _) = Step(job, at, Good);
        Assert.Equal(ReplayJobState.Running, job.State);
    }

    [Fact]
    public void A_canary_that_fails_stops_the_job_and_leaves_the_rest()
    {
        var (job, _, at) = Step(Started(100), Noon, item => item.Place == 2 ? Bad(item) : Good(item));
        Assert.Equal((ReplayJobState.Stopped, "1 of the canary's 5 failed"), (job.State, job.Why));
        Assert.Equal((95, 1), (job.Left, job.Failed));
        Assert.IsType<JobStep.Rest>(ReplayJobDecisions.Next(job, at.AddDays(1), away: false));
        Assert.Equal(new ReasonCount("too large", 1, ["k2"]), Assert.Single(job.Failures), (a, b) => a!.Reason == b!.Reason && a.Sample.SequenceEqual(b.Sample));
    }

    [Fact]
    public void A_canary_is_judged_as_one_where_a_neighbour_went_away_before_its_last_letter_too()
    {
        var (job, _, at) = Step(
            Started(100, new ReplayJobOptions(Canary: 5, StopAfterFailedShare: 0.1)), Noon,
            item => item.Place == 4 ? Away(item) : item.Place < 2 ? Bad(item) : Good(item));
        Assert.Equal(ReplayJobState.Paused, job.State);
        (job, _, _) = Step(job, at + ReplayJobDecisions.AwayInterval, Good);
        Assert.Equal((ReplayJobState.Stopped, "2 of the canary's 5 failed"), (job.State, job.Why));
    }

    [Fact]
    public void A_batch_whose_beginning_is_kept_twice_is_the_same_batch()
    {
        var started = Started(100, new ReplayJobOptions(Canary: 5));
        var (once, items) = ReplayJobDecisions.Begin(started, 5, Noon);
        var (twice, again) = ReplayJobDecisions.Begin(once, 5, Noon);
        Assert.Equal(items.Select(i => i.Place), again.Select(i => i.Place));
        Assert.Equal((once.Next, once.Left), (twice.Next, twice.Left));
    }

    [Fact]
    public void Results_that_are_counted_twice_count_once()
    {
        var (begun, items) = ReplayJobDecisions.Begin(Started(100), 5, Noon);
        JobResult[] results = [.. items.Select(Good)];
        var once = ReplayJobDecisions.Apply(begun, results, Noon);
        Assert.Equal((5, 95), (once.Delivered, once.Left));
        Assert.Same(once, ReplayJobDecisions.Apply(once, results, Noon));
    }

    [Fact]
    public void A_resumed_job_is_judged_by_what_comes_after()
    {
        var (job, _, at) = Step(Started(100), Noon, Bad);
        job = Told(job, ReplayJobCommand.Resume, at);
        Assert.Equal((ReplayJobState.Running, null), (job.State, job.EndedAt));
        (job, _, _) = Step(job, at, Good);
        Assert.Equal(ReplayJobState.Running, job.State);
    }

    [Theory]
    [InlineData(0.1, 3, ReplayJobState.Stopped)]
    [InlineData(0.1, 2, ReplayJobState.Running)]
    [InlineData(1, 5, ReplayJobState.Running)]
    [InlineData(0, 1, ReplayJobState.Stopped)]
    public void A_few_failures_among_few_stop_nothing_and_more_than_the_share_of_twenty_do(double share, int failures, ReplayJobState expected)
    {
        var job = Started(1000, new ReplayJobOptions(Rate: 50, Canary: 0, StopAfterFailedShare: share));
        (job, _, _) = Step(job, Noon, item => item.Place < failures ? Bad(item) : Good(item));
        Assert.Equal(expected, job.State);
    }

    [Fact]
    public void While_a_neighbour_is_away_one_letter_asks_again_each_quarter_of_a_minute_and_none_is_lost()
    {
        var (job, items, at) = Step(Started(100), Noon, Away);
        Assert.Equal((5, 100, ReplayJobState.Paused, "the broker is away; asks again by itself"), (items.Count, job.Left, job.State, job.Why));
        Assert.Equal(at.AddSeconds(15), Assert.IsType<JobStep.Wait>(ReplayJobDecisions.Next(job, at, away: false)).Until);
        (job, items, at) = Step(job, at, Away);
        Assert.Equal(0, Assert.Single(items).Place);
        (job, items, at) = Step(job, at, Good);
        Assert.Equal((1, ReplayJobState.Canary), (Assert.Single(items).Place, job.State));
        (_, items, _) = Step(job, at, Good);
        Assert.Equal([2, 3, 4, 0], items.Select(i => i.Place));
    }

    [Fact]
    public void Where_the_neighbour_is_known_to_be_away_one_letter_goes_ahead()
    {
        var (_, items, _) = Step(Started(100), Noon, Good, away: true);
        Assert.Single(items);
    }

    [Fact]
    public void What_a_person_pauses_stays_paused_though_a_batch_was_under_way()
    {
        var (begun, items) = ReplayJobDecisions.Begin(Started(100), 5, Noon);
        var job = ReplayJobDecisions.Apply(Told(begun, ReplayJobCommand.Pause, Noon), [.. items.Select(Good)], Noon);
        Assert.Equal((ReplayJobState.Paused, "paused by ben", 5), (job.State, job.Why, job.Delivered));
        Assert.IsType<JobStep.Rest>(ReplayJobDecisions.Next(job, Noon.AddDays(9), away: false));
    }

    [Fact]
    public void A_letter_under_way_is_neither_failed_nor_done_and_the_job_ends_with_it()
    {
        var (begun, items) = ReplayJobDecisions.Begin(Started(3, new ReplayJobOptions(Canary: 0)), 3, Noon);
        var job = ReplayJobDecisions.Apply(begun, [Good(items[0]), Good(items[1]), Going(items[2])], Noon);
        job = ReplayJob.Parse(job.Format())!;
        Assert.Equal((ReplayJobState.Running, 2, 0, 1), (job.State, job.Delivered, job.Failed, job.Left));
        Assert.Equal(new JobStep.Wait(Noon + ReplayJobDecisions.FollowInterval), ReplayJobDecisions.Next(job, Noon, away: false));
        var later = Noon + ReplayJobDecisions.FollowInterval;
        Assert.IsType<JobStep.Follow>(ReplayJobDecisions.Next(job, later, away: false));
        job = ReplayJobDecisions.Apply(job, [Going(items[2])], later);
        Assert.Equal(new JobStep.Wait(later + ReplayJobDecisions.FollowInterval), ReplayJobDecisions.Next(job, later, away: true));
        job = ReplayJobDecisions.Apply(job, [Good(items[2])], later + ReplayJobDecisions.FollowInterval);
        Assert.Equal((ReplayJobState.Finished, 3, 0, 0), (job.State, job.Delivered, job.Failed, job.Followed.Count));
    }

    [Fact]
    public void The_rest_waits_for_a_canary_that_is_under_way()
    {
        var (begun, items) = ReplayJobDecisions.Begin(Started(9, new ReplayJobOptions(Canary: 2)), 2, Noon);
        var job = ReplayJobDecisions.Apply(begun, [Good(items[0]), Going(items[1])], Noon);
        Assert.Equal(ReplayJobState.Canary, job.State);
        Assert.IsType<JobStep.Wait>(ReplayJobDecisions.Next(job, Noon.AddSeconds(2), away: false));
        job = ReplayJobDecisions.Apply(job, [new JobResult.Failed(items[1].Place, "k", "422")], Noon.AddMinutes(5));
        Assert.Equal((ReplayJobState.Stopped, 1, 7), (job.State, job.Failed, job.Left));
    }

    [Fact]
    public void After_an_hour_the_job_ends_and_says_that_it_is_still_under_way()
    {
        var (begun, items) = ReplayJobDecisions.Begin(Started(1, new ReplayJobOptions(Canary: 0)), 1, Noon);
        var job = ReplayJobDecisions.Apply(begun, [Going(items[0])], Noon);
        job = ReplayJobDecisions.Apply(job, [Going(items[0])], Noon + ReplayJobDecisions.FollowLimit - TimeSpan.FromSeconds(1));
        Assert.Equal(ReplayJobState.Running, job.State);
        job = ReplayJobDecisions.Apply(job, [Going(items[0])], Noon + ReplayJobDecisions.FollowLimit);
        Assert.Equal((ReplayJobState.Finished, 0, 0, 1, 0), (job.State, job.Delivered, job.Failed, job.StillUnderWay, job.Left));
    }

    [Fact]
    public void A_look_at_what_is_under_way_wakes_no_job_that_waits()
    {
        var (begun, items) = ReplayJobDecisions.Begin(Started(9, new ReplayJobOptions(Canary: 0)), 2, Noon);
        var away = ReplayJobDecisions.Apply(begun, [Going(items[0]), new JobResult.PutBack(items[1].Place, "k", "c is paused")], Noon);
        Assert.Equal(ReplayJobState.Paused, away.State);
        var looked = ReplayJobDecisions.Apply(away, [Good(items[0])], Noon.AddSeconds(6));
        Assert.Equal((ReplayJobState.Paused, away.ResumesAt, 1), (looked.State, looked.ResumesAt, looked.Delivered));
    }

    [Fact]
    public void A_look_that_is_over_is_nothing_to_wait_for()
    {
        var (begun, items) = ReplayJobDecisions.Begin(Started(100, new ReplayJobOptions(Canary: 0)), 5, Noon);
        var job = ReplayJobDecisions.Apply(begun, [Going(items[0]), .. items.Skip(1).Select(Good)], Noon);
        var later = Noon + ReplayJobDecisions.FollowInterval;
        job = ReplayJobDecisions.Apply(job, [Good(items[0])], later);
        (job, _, later) = Step(job, later, Good);
        Assert.True(Assert.IsType<JobStep.Wait>(ReplayJobDecisions.Next(job, later, away: false)).Until > later);
    }

    static JobResult.UnderWay Going(JobItem item) => new(item.Place, "k", "it waits for its consumer");

    [Fact]
    public void What_a_dead_process_had_begun_comes_first_and_is_known_as_such()
    {
        var (begun, items) = ReplayJobDecisions.Begin(Started(100), 5, Noon);
        var job = ReplayJobDecisions.TakeUp(ReplayJob.Parse(begun.Format())!);
        (_, var again) = ReplayJobDecisions.Begin(job, 7, Noon);
        Assert.Equal(items.Select(i => i with { Interrupted = true }), again.Take(5));
        Assert.Equal([new JobItem(5, false), new JobItem(6, false)], again.Skip(5));
    }

    [Theory]
    [InlineData(ReplayJobState.Planned, "start cancel")]
    [InlineData(ReplayJobState.Canary, "pause cancel")]
    [InlineData(ReplayJobState.Running, "pause cancel")]
    [InlineData(ReplayJobState.Paused, "pause resume cancel")]
    [InlineData(ReplayJobState.Stopped, "resume cancel")]
    [InlineData(ReplayJobState.Finished, "")]
    [InlineData(ReplayJobState.Cancelled, "")]
    public void Each_state_obeys_what_makes_sense_in_it(ReplayJobState state, string obeyed)
    {
        var job = Planned(10) with { State = state };
        var takes = Enum.GetValues<ReplayJobCommand>().Where(o => ReplayJobDecisions.Apply(job, o, "ben", Noon).IsRight);
        Assert.Equal(obeyed, string.Join(' ', takes.Select(o => o.ToString().ToLowerInvariant())));
    }

    [Theory]
    [InlineData(ReplayJobState.Planned)]
    [InlineData(ReplayJobState.Running)]
    [InlineData(ReplayJobState.Stopped)]
    public void A_word_that_nobody_planned_ends_no_job(ReplayJobState state) =>
        Assert.Throws<UnreachableException>(() => ReplayJobDecisions.Apply(
            Planned(10) with { State = state }, (ReplayJobCommand)Enum.GetValues<ReplayJobCommand>().Length, "ben", Noon));

    [Fact]
    public void A_plan_of_yesterday_is_not_started() =>
        Assert.True(ReplayJobDecisions.Apply(Planned(10), ReplayJobCommand.Start, "ben", Noon.AddHours(24)).IsLeft);

    [Fact]
    public void The_rate_ramps_up_over_ten_batches()
    {
        var (job, _, at) = Step(Started(1000), Noon, Good);
        var starts = new List<DateTimeOffset>();
        for (var n = 0; n < 15; n++)
        {
            (job, _, at) = Step(job, at, Good);
            starts.Add(at);
        }

        var gaps = starts.Zip(starts.Skip(1), (a, b) => b - a).ToList();
        Assert.Equal(gaps.OrderDescending(), gaps);
        Assert.InRange(gaps[0].TotalSeconds, 0.9, 1.1);
        Assert.InRange(gaps[^1].TotalSeconds, 0.1, 0.101);
    }

    [Fact]
    public void Reasons_that_differ_in_ids_count_as_one_and_too_many_are_counted_together()
    {
        var counts = Reasons.Add([], Enumerable.Range(0, 100).Select(n => ($"no row 4711{n} of '{n}'", $"k{n}")));
        Assert.Equal((100, 5), (Assert.Single(counts).Count, counts[0].Sample.Count));
        var words = Enumerable.Range(0, 60).Select(n => new string((char)('a' + (n % 26)), 1 + (n / 26)));
        counts = Reasons.Add([], words.Select(w => (w, "k")));
        Assert.Equal((Reasons.Limit + 1, 60), (counts.Count, counts.Sum(c => c.Count)));
    }
}
