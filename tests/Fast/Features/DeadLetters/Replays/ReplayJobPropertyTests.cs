using FsCheck.Xunit;
using Hobom.Slices.DeadLetters.Replays;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.Replays.JobSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Replays;

/// <summary>
/// A job against what really becomes of each letter: random ends, neighbours that go away, crashes between any two
/// writes, writes whose answer is lost, people who pause, resume and cancel.
/// </summary>
public sealed class ReplayJobPropertyTests
{
    enum Truth
    {
        Waiting,
        Delivered,
        Failed,
        Skipped,
    }

    [Property(MaxTest = 400)]
    public void Every_letter_ends_delivered_failed_skipped_or_left_and_once(int seed) => new World(seed).Run();

    sealed class World(int seed)
    {
        readonly Random chance = new(seed);
        readonly List<DateTimeOffset> tries = [];
        readonly HashSet<int> counted = [];
        Truth[] truth = [];
        ReplayJob job = Planned(0);
        DateTimeOffset now = Noon;

        public void Run()
        {
            job = Planned(chance.Next(1, 150), new ReplayJobOptions(
                chance.Next(1, 200), chance.Next(0, 12), chance.Next(4) switch { 0 => 0, 1 => 1, _ => chance.NextDouble() }));
            truth = new Truth[job.Plan.Count];
            job = Kept(Told(job, ReplayJobCommand.Start, now));
            for (var turn = 0; turn < 60 && job.IsActive; turn++) Turn(disturbed: true);
            for (var turn = 0; turn < 2000 && job.State is not (ReplayJobState.Finished or ReplayJobState.Cancelled); turn++)
            {
                if (job.State is ReplayJobState.Stopped || job is { State: ReplayJobState.Paused, ResumesAt: null })
                    job = Kept(Told(job, ReplayJobCommand.Resume, now));
                Turn(disturbed: false);
            }

            Assert.True(job.State is ReplayJobState.Cancelled || job.Left == 0, $"{job.State}, {job.Left} left");
            CheckRate();
        }

        void Turn(bool disturbed)
        {
            if (disturbed && chance.Next(12) == 0) Disturb();
            switch (ReplayJobDecisions.Next(job, now, away: disturbed && chance.Next(10) == 0))
            {
                case JobStep.Wait(var until):
                    Assert.True(until > now, "a wait that is over is none");
                    now = until;
                    break;
                case JobStep.Follow:
                    Follow(disturbed);
                    break;
                case JobStep.Run(var count):
                    RunBatch(count, disturbed);
                    break;
            }

            Check();
        }

        void RunBatch(int count, bool disturbed)
        {
            var canaryOpen = job.State is ReplayJobState.Canary;
            var tried = job.Tried;
            var (begun, items) = ReplayJobDecisions.Begin(job, count, now);
            job = Kept(begun);
            if (LosesAnswer(disturbed))
            {
                (begun, items) = ReplayJobDecisions.Begin(job, count, now);
                job = Kept(begun);
            }

            if (canaryOpen) Assert.True(tried + job.Followed.Count + items.Count <= job.Options.Canary, "the rest waits for the canary");
            Assert.Equal(items.Count, items.Select(i => i.Place).Distinct().Count());
            tries.AddRange(items.Select(_ => now));
            var results = items.Select(item => Try(item, disturbed)).ToList();
            if (disturbed && chance.Next(8) == 0)
            {
                // The process died, some of the batch being done and none of it counted.
                job = Kept(ReplayJobDecisions.TakeUp(job));
                return;
            }

            if (disturbed && chance.Next(10) == 0) Disturb();
            now += TimeSpan.FromMilliseconds(chance.Next(0, 300));
            job = Kept(ReplayJobDecisions.Apply(job, results, now));
            if (LosesAnswer(disturbed)) job = Kept(ReplayJobDecisions.Apply(job, results, now));
            Count(results);
            CheckStop();
        }

        /// <summary>What was given back to its flow ends some time; each look tells of all of them.</summary>
        void Follow(bool disturbed)
        {
            var results = job.Followed.Select(f => new JobItem(f.Place, Interrupted: false))
                .Select(item => disturbed && chance.Next(2) == 0 ? Going(item) : End(item)).ToList();
            job = Kept(ReplayJobDecisions.Apply(job, results, now));
            Count(results);
            CheckStop();
        }

        void Count(IEnumerable<JobResult> results)
        {
            foreach (var result in results.Where(r => r is not (JobResult.PutBack or JobResult.UnderWay)))
                Assert.True(counted.Add(result.Place), "counted twice");
        }

        /// <summary>The store did as it was told, and nobody heard: it is told again.</summary>
        bool LosesAnswer(bool disturbed) => disturbed && chance.Next(6) == 0;

        /// <summary>A letter that was delivered, by this job or before a crash, is there no more.</summary>
        JobResult Try(JobItem item, bool disturbed)
        {
            var key = $"k{item.Place}";
            if (truth[item.Place] is Truth.Delivered)
            {
                Assert.True(item.Interrupted, "a delivered letter is asked for again only after a crash");
                return new JobResult.Delivered(item.Place, key, Unseen: true);
            }

            if (disturbed && chance.Next(15) == 0) return Away(item);
            return disturbed && chance.Next(15) == 0 ? Going(item) : End(item);
        }

        static JobResult.UnderWay Going(JobItem item) => new(item.Place, $"k{item.Place}", "it waits for its consumer");

        JobResult End(JobItem item)
        {
            truth[item.Place] = chance.Next(8) switch { 0 => Truth.Failed, 1 => Truth.Skipped, _ => Truth.Delivered };
            return truth[item.Place] switch { Truth.Failed => Bad(item), Truth.Skipped => Gone(item), _ => Good(item) };
        }

        void Disturb()
        {
            var order = chance.Next(20) == 0 ? ReplayJobCommand.Cancel : chance.Next(2) == 0 ? ReplayJobCommand.Pause : ReplayJobCommand.Resume;
            ReplayJobDecisions.Apply(job, order, "ben", now).IfRight(told => job = Kept(told));
        }

        /// <summary>What a later process would read.</summary>
        static ReplayJob Kept(ReplayJob job) => ReplayJob.Parse(job.Format())!;

        void Check()
        {
            var places = job.Begun.Concat(job.Interrupted).Concat(job.PutBack).Concat(job.Followed.Select(f => f.Place)).ToList();
            Assert.Equal(places.Count, places.Distinct().Count());
            Assert.DoesNotContain(places, counted.Contains);
            Assert.Equal(job.Plan.Count - job.Next, job.Left - places.Count);
            Assert.Equal(counted.Count, job.Done);
            Assert.Equal(counted.Count(p => truth[p] is Truth.Delivered), job.Delivered);
            Assert.True(job.Failed == job.Failures.Sum(f => f.Count) && job.Skipped == job.Skips.Sum(s => s.Count));
        }

        void CheckStop()
        {
            if (job.State is not ReplayJobState.Running) return;
            var failed = job.Recent.Count(c => c == 'x');
            Assert.True(
                failed <= job.Options.StopAfterFailedShare * Math.Max(job.Recent.Length, ReplayJobDecisions.RecentLeast),
                $"{failed} of {job.Recent.Length} failed and it runs on");
        }

        void CheckRate()
        {
            for (var (from, to) = (0, 0); to < tries.Count; to++)
            {
                while (tries[to] - tries[from] >= TimeSpan.FromSeconds(1)) from++;
                Assert.True(to - from + 1 <= job.Options.Rate, $"{to - from + 1} in a second");
            }
        }
    }
}
