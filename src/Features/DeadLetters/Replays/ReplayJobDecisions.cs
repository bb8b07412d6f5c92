namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>What a job does next.</summary>
public abstract record JobStep
{
    JobStep()
    {
    }

    /// <summary>Begins so many letters.</summary>
    public sealed record Run(int Count) : JobStep;

    /// <summary>Looks again at the letters that were given back to their flows.</summary>
    public sealed record Follow : JobStep;

    public sealed record Wait(DateTimeOffset Until) : JobStep;

    /// <summary>Nothing, until a person says something; or for good.</summary>
    public sealed record Rest : JobStep;
}

/// <param name="Interrupted">An earlier process began it, and nobody saw its end.</param>
public sealed record JobItem(int Place, bool Interrupted);

/// <summary>How one letter of a batch ended.</summary>
public abstract record JobResult(int Place, string Key)
{
    /// <param name="Unseen">It was gone when it was looked for again.</param>
    public sealed record Delivered(int Place, string Key, bool Unseen) : JobResult(Place, Key);

    public sealed record Failed(int Place, string Key, string Reason) : JobResult(Place, Key);

    /// <summary>Not tried, and not to be tried by this job.</summary>
    public sealed record Skipped(int Place, string Key, string Reason) : JobResult(Place, Key);

    /// <summary>Given back to its flow, which goes on with it: neither delivered nor failed yet.</summary>
    public sealed record UnderWay(int Place, string Key, string Reason) : JobResult(Place, Key);

    /// <summary>Not tried, or tried and not closed, a neighbour being away: again later.</summary>
    public sealed record PutBack(int Place, string Key, string Away) : JobResult(Place, Key);
}

/// <summary>The pure rules of a job: what comes next, and what results and people's words make of it.</summary>
public static partial class ReplayJobDecisions
{
    /// <summary>After so long a job that a neighbour's absence paused asks again, with one letter.</summary>
    public static readonly TimeSpan AwayInterval = TimeSpan.FromSeconds(15);

    /// <summary>Letters that were given back are looked at so often,</summary>
    public static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(5);

    /// <summary>and for so long: a job keeps its categories to itself, and a consumer may be away for days.</summary>
    public static readonly TimeSpan FollowLimit = TimeSpan.FromHours(1);

    /// <summary>The share of failures is taken of the last so many tried.</summary>
    public const int RecentLimit = 100;

    /// <summary>
    /// Of fewer tried, the share is taken as if they were so many: one failure in two says little. The canary is judged as
    /// it is.
    /// </summary>
    public const int RecentLeast = 20;

    const int RampBatches = 10;
    const int PaceKept = 10;

    /// <param name="away">Where the events go is taken to be away: one letter goes ahead to ask.</param>
    public static JobStep Next(ReplayJob job, DateTimeOffset now, bool away)
    {
        if (!job.IsActive || (job.State is ReplayJobState.Paused && job.ResumesAt is null)) return new JobStep.Rest();
        if (job.Followed.Count > 0 && !(job.FollowAt > now)) return new JobStep.Follow();
        if (OnlyFollows(job)) return new JobStep.Wait(job.FollowAt!.Value);
        var due = job.ResumesAt > job.NextAt || job.NextAt is null ? job.ResumesAt : job.NextAt;
        if (due > now) return new JobStep.Wait(job.Followed.Count > 0 && job.FollowAt < due ? job.FollowAt.Value : due.Value);
        if (away || job.State is ReplayJobState.Paused) return new JobStep.Run(1);
        var (size, _) = PaceOf(job.Options.Rate, job.Batches);
        return new JobStep.Run(
            job.State is ReplayJobState.Canary ? Math.Min(size, job.Options.Canary - job.Tried - job.Followed.Count) : size);
    }

    /// <summary>All others are through; or the canary is out, and the rest waits for how it ends.</summary>
    static bool OnlyFollows(ReplayJob job) =>
        job.Followed.Count > 0
        && (job.Left == job.Followed.Count
            || (job.State is ReplayJobState.Canary && job.Tried + job.Followed.Count >= job.Options.Canary));

    /// <summary>
    /// Notes that a batch begins now: to be kept before any letter of it is touched. What was begun before is begun again first:
    /// nobody counted it.
    /// </summary>
    public static (ReplayJob Job, IReadOnlyList<JobItem> Items) Begin(ReplayJob taken, int count, DateTimeOffset now)
    {
        var job = TakeUp(taken);
        var fresh = Enumerable.Range(job.Next, Math.Min(count, job.Plan.Count - job.Next));
        var items = job.Interrupted.Select(p => new JobItem(p, true))
            .Concat(job.PutBack.Select(p => new JobItem(p, false))).Concat(fresh.Select(p => new JobItem(p, false)))
            .Take(count).ToList();
        var places = items.Select(i => i.Place).ToHashSet();
        var (_, gap) = PaceOf(job.Options.Rate, job.Batches);
        var begun = job with
        {
            Begun = [.. items.Select(i => i.Place)],
            Interrupted = [.. job.Interrupted.Where(p => !places.Contains(p))],
            PutBack = [.. job.PutBack.Where(p => !places.Contains(p))],
            Next = job.Next + items.Count(i => i.Place >= job.Next),
            Batches = job.Batches + 1,
            NextAt = now + gap,
        };
        return (begun, items);
    }

    /// <summary>A process takes the job up: of what the last one had begun, nobody saw the end.</summary>
    public static ReplayJob TakeUp(ReplayJob job) =>
        job.Begun.Count == 0 ? job : job with { Interrupted = [.. job.Interrupted, .. job.Begun], Begun = [] };

    /// <summary>Counts how letters ended. What was counted already (the store did it, and its answer was lost) counts once.</summary>
    /// <param name="all">Of the whole batch.</param>
    public static ReplayJob Apply(ReplayJob job, IReadOnlyList<JobResult> all, DateTimeOffset now)
    {
        var open = job.Begun.Concat(job.Followed.Select(f => f.Place)).ToHashSet();
        JobResult[] results = [.. all.Where(r => open.Contains(r.Place))];
        if (results.Length == 0) return job;
        var ended = results.Select(r => r.Place).ToHashSet();
        var counted = job with
        {
            Begun = [.. job.Begun.Where(p => !ended.Contains(p))],
            Followed = FollowedAfter(job, results, now),
            StillUnderWay = job.StillUnderWay + results.OfType<JobResult.UnderWay>().Count(r => IsLong(job, r.Place, now)),
            FollowAt = results.Any(r => r is JobResult.UnderWay) ? now + FollowInterval : job.FollowAt,
            PutBack = [.. job.PutBack, .. results.OfType<JobResult.PutBack>().Select(r => r.Place)],
            Delivered = job.Delivered + results.OfType<JobResult.Delivered>().Count(),
            Unseen = job.Unseen + results.OfType<JobResult.Delivered>().Count(r => r.Unseen),
            Failed = job.Failed + results.OfType<JobResult.Failed>().Count(),
            Skipped = job.Skipped + results.OfType<JobResult.Skipped>().Count(),
            Recent = Last(
                job.Recent + string.Concat(results.Select(r => r is JobResult.Delivered ? "." : r is JobResult.Failed ? "x" : ""))),
            Failures = Reasons.Add(job.Failures, results.OfType<JobResult.Failed>().Select(r => (r.Reason, r.Key))),
            Skips = Reasons.Add(job.Skips, results.OfType<JobResult.Skipped>().Select(r => (r.Reason, r.Key))),
        };
        var judged = counted with { Pace = Noted(counted, now) };
        // A look at what was given back says nothing of the neighbour that the job waits for.
        if (judged is { State: ReplayJobState.Paused, Left: > 0 } && results.All(r => job.Followed.Any(f => f.Place == r.Place)))
            return judged;
        return Judge(judged, inCanary: job.Tried < job.Options.Canary, results.OfType<JobResult.PutBack>().FirstOrDefault()?.Away, now);
    }

    static FollowedLetter[] FollowedAfter(ReplayJob job, IReadOnlyList<JobResult> results, DateTimeOffset now)
    {
        var (ended, goOn) = (
            results.Where(r => r is not JobResult.UnderWay).Select(r => r.Place).ToHashSet(),
            results.OfType<JobResult.UnderWay>().Select(r => r.Place).Where(p => job.Followed.All(f => f.Place != p)));
        return
        [
            .. job.Followed.Where(f => !ended.Contains(f.Place) && now - f.Since < FollowLimit),
            .. goOn.Select(p => new FollowedLetter(p, now)),
        ];
    }

    static bool IsLong(ReplayJob job, int place, DateTimeOffset now) =>
        job.Followed.Any(f => f.Place == place && now - f.Since >= FollowLimit);

    /// <param name="inCanary">The letters that were counted last belong to it.</param>
    static ReplayJob Judge(ReplayJob job, bool inCanary, string? away, DateTimeOffset now)
    {
        if (job.State is ReplayJobState.Cancelled) return job;
        if (job.Left == 0) return End(job, ReplayJobState.Finished, null, now);
        // Somebody paused it while the batch was under way.
        if (job.State is ReplayJobState.Paused && job.ResumesAt is null) return job;
        if (away is not null)
            return job with { State = ReplayJobState.Paused, Why = $"{away}; asks again by itself", ResumesAt = now + AwayInterval };
        if (TooManyFailed(job, inCanary) is { } why) return End(job, ReplayJobState.Stopped, why, now);
        return Going(job);
    }

    /// <summary>In its canary, or past it.</summary>
    static ReplayJob Going(ReplayJob job)
    {
        var past = job.Tried >= job.Options.Canary;
        var starts = past && job.State is not ReplayJobState.Running;
        return job with
        {
            State = past ? ReplayJobState.Running : ReplayJobState.Canary, Why = null, ResumesAt = null, Batches = starts ? 0 : job.Batches,
        };
    }

    static string? TooManyFailed(ReplayJob job, bool inCanary)
    {
        var failed = job.Recent.Count(c => c == 'x');
        var canary = inCanary && job.Tried >= job.Options.Canary;
        var of = canary ? job.Recent.Length : Math.Max(job.Recent.Length, RecentLeast);
        return failed > job.Options.StopAfterFailedShare * of
            ? $"{failed} of the {(canary ? "canary's" : "last")} {job.Recent.Length} failed"
            : null;
    }

    static ReplayJob End(ReplayJob job, ReplayJobState state, string? why, DateTimeOffset now) =>
        job with { State = state, Why = why, EndedAt = now, ResumesAt = null };

    /// <summary>
    /// The size of a batch and the time to the next: ten times a second at most, and in no second more than the rate. The
    /// first ten come slower, so that what the canary did not show is met with few letters.
    /// </summary>
    static (int Size, TimeSpan Gap) PaceOf(int rate, int batches)
    {
        var size = Math.Max(1, rate / 10);
        var gap = TimeSpan.FromSeconds(1) / (rate / size) + TimeSpan.FromTicks(1);
        if (batches >= RampBatches) return (size, gap);
        var slow = gap * RampBatches / (batches + 1);
        var most = TimeSpan.FromSeconds(1);
        return (size, slow < most ? slow : gap > most ? gap : most);
    }

    static string Last(string recent) => recent.Length <= RecentLimit ? recent : recent[^RecentLimit..];

    static IReadOnlyList<ReplayPace> Noted(ReplayJob job, DateTimeOffset now) =>
        job.Pace.Count > 0 && now - job.Pace[^1].At < TimeSpan.FromSeconds(1)
            ? job.Pace
            : [.. job.Pace.TakeLast(PaceKept - 1), new ReplayPace(now, job.Done)];
}
