using Hobom.Slices.DeadLetters.Replays;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Replays;

static class JobSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    public static ReplayJob Planned(int count, ReplayJobOptions? options = null) => ReplayJob.Planned(
        "j1", Noon, "anna", options ?? new ReplayJobOptions(),
        new ReplayPlan(count, [new PlannedCategory("menu", count)], [], null, null, []), null);

    public static ReplayJob Started(int count, ReplayJobOptions? options = null) => Told(Planned(count, options), ReplayJobCommand.Start, Noon);

    public static ReplayJob Told(ReplayJob job, ReplayJobCommand order, DateTimeOffset now) =>
        ReplayJobDecisions.Apply(job, order, "ben", now).Right();

    /// <summary>As the runner does: due, begun, tried, counted.</summary>
    public static (ReplayJob Job, IReadOnlyList<JobItem> Items, DateTimeOffset At) Step(
        ReplayJob job, DateTimeOffset now, Func<JobItem, JobResult> replay, bool away = false)
    {
        var step = ReplayJobDecisions.Next(job, now, away);
        if (step is JobStep.Wait(var until)) step = ReplayJobDecisions.Next(job, now = until, away);
        if (step is not JobStep.Run(var count)) return (job, [], now);
        var (begun, items) = ReplayJobDecisions.Begin(job, count, now);
        return (ReplayJobDecisions.Apply(begun, [.. items.Select(replay)], now), items, now);
    }

    public static JobResult Good(JobItem item) => new JobResult.Delivered(item.Place, $"k{item.Place}", Unseen: false);

    public static JobResult Bad(JobItem item) => new JobResult.Failed(item.Place, $"k{item.Place}", "too large");

    public static JobResult Gone(JobItem item) => new JobResult.Skipped(item.Place, $"k{item.Place}", "the letter is gone");

    public static JobResult Away(JobItem item) => new JobResult.PutBack(item.Place, $"k{item.Place}", "the broker is away");
}
