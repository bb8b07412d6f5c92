using System.Globalization;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>An over-driven run as lines of Markdown.</summary>
static class OverdrivenText
{
    public const double UsualTimes = 1.2;

    public static IEnumerable<string> Of(Overdriven seen)
    {
        var minutes = MinutesOf(seen.Standings).ToList();
        yield return $"A backlog of its own goes at {N(seen.UsualPerSecond)} rows a second; {N(seen.FedPerSecond)} a second came in for "
            + $"{N(seen.Standings[^1].At.TotalSeconds)} s. When they stopped, {N(seen.Standings[^1].Pending)} were pending, and the last "
            + $"was marked {N(seen.Recovery.TotalSeconds)} s later. "
            + $"Peak {N(seen.PeakMebibytes)} MiB, afterwards {N(seen.MebibytesAfter)} MiB.";
        yield return "";
        yield return "| minute | marked a second | pending at its end | memory at its end | CPU, of a core |";
        yield return "|---|---|---|---|---|";
        foreach (var (minute, from, to) in minutes)
        {
            var seconds = (to.At - from.At).TotalSeconds;
            yield return $"| {minute} | {N((to.Sent - from.Sent) / seconds)} | {N(to.Pending)} | {N(to.Mebibytes)} MiB "
                + $"| {N((to.Cpu - from.Cpu).TotalSeconds / seconds * 100)} % |";
        }
    }

    static IEnumerable<(int Minute, Standing From, Standing To)> MinutesOf(IReadOnlyList<Standing> standings)
    {
        var from = standings[0];
        for (var minute = 1; from != standings[^1]; minute++)
        {
            var to = standings.FirstOrDefault(s => s.At >= TimeSpan.FromMinutes(minute)) ?? standings[^1];
            if (to == from) yield break;
            yield return (minute, from, to);
            from = to;
        }
    }

    static string N(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
