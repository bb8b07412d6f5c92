using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.DeadLetters.Replays.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>A replay of many as lines of text: what it would do, how far it is, how it ended.</summary>
static class ReplayLines
{
    public static IEnumerable<string> OfPlan(ReplayJobView job)
    {
        var plan = job.Plan;
        yield return
            $"{plan.Count} letters would be replayed, {job.Options.Rate} a second, {Math.Min(job.Options.Canary, plan.Count)} ahead as "
            + "canary.";
        if (plan.Unknown > 0) yield return $"{plan.Unknown} of the keys name no letter.";
        if (plan.Count == 0) yield break;
        if (plan is { Oldest: { } oldest, Newest: { } newest })
            yield return $"Failed last between {LetterTables.Time(oldest)} and {LetterTables.Time(newest)}.";
        foreach (var part in plan.Categories) yield return $"  {part.Count,7}  {LogText.Clean(part.Category, 80)}";
        yield return "By cause:";
        foreach (var cause in plan.Causes)
            yield return
                $"  {cause.Count,7}  {LogText.Clean(cause.Category, 80)} {LogText.Clean(cause.Stage, 40)}: "
                + $"{LogText.Clean(cause.Cause, 100)}";
        yield return "Some of them:";
        foreach (var key in plan.Sample) yield return $"  {LogText.Clean(key)}";
    }

    /// <summary>Two of one job are equal where there is nothing new to tell.</summary>
    public static string OfProgress(ReplayJobView job)
    {
        var p = job.Progress;
        var pace = p.Rate is { } rate ? $", {rate}/s" : "";
        var left = p.EtaSeconds is { } eta ? $", {eta} s left" : "";
        return
            $"{p.Done}/{p.Total} {LogText.Clean(job.State, 20)}: {p.Delivered} delivered, {p.Failed} failed, {p.Skipped} "
            + $"skipped{pace}{left}";
    }

    public static IEnumerable<string> OfEnd(ReplayJobView job)
    {
        var p = job.Progress;
        var underWay = p.StillUnderWay > 0 ? $"{p.StillUnderWay} still under way, " : "";
        yield return $"{LogText.Clean(job.State, 20)}: {p.Delivered} delivered, {p.Failed} failed, {p.Skipped} skipped, {underWay}"
            + $"{p.Left} left";
        if (job.Why is { } why) yield return LogText.Clean(why, 300);
        foreach (var (label, reasons) in ((string, IReadOnlyList<ReasonCount>)[])[("failed", p.Failures), ("skipped", p.Skips)])
        {
            foreach (var reason in reasons)
                yield return
                    $"  {reason.Count,7}  {label}: {LogText.Clean(reason.Reason, 200)} "
                    + $"({LogText.Clean(string.Join(", ", reason.Sample.Take(1)))})";
        }
    }
}
