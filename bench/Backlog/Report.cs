using System.Globalization;
using System.Text;
using Hobom.Slices.Tests.Support.Brokers;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>All figures of one run on one machine, as text.</summary>
sealed class Report
{
    /// <summary>Of what takes minutes.</summary>
    const int LongRounds = 3;

    const int LongRows = 100_000;

    const int TrickleSeconds = 15;

    static readonly TimeSpan RestTime = TimeSpan.FromSeconds(60);

    readonly StringBuilder text = new();

    public static async Task<Report> MeasureAsync(Neighbours neighbours, int rounds)
    {
        var report = new Report();
        report.TellWhere(rounds);
        await report.TellBacklogsAsync(neighbours, rounds);
        await report.TellTricklesAsync(neighbours);
        await report.TellRestAsync(neighbours, Math.Min(rounds, LongRounds));
        return report;
    }

    public override string ToString() => text.ToString();

    void TellWhere(int rounds)
    {
        var commit = Environment.GetEnvironmentVariable("HOBOM_BENCH_COMMIT") ?? "unknown";
        var load = Environment.GetEnvironmentVariable("HOBOM_BENCH_LOAD") ?? File.ReadAllText("/proc/loadavg").Split(' ')[0];
        Line("# Benchmarks");
        Line("");
        Line("Written by `bench/run`, which measures the published processor beside its neighbours: @grpc/grpc-js as the outbox, Redis");
        Line("and Kafka, all on one machine and its cores: the ratios say more than the rates. Each figure: median (lowest to highest).");
        Line("");
        Line($"- {DateTime.UtcNow:yyyy-MM-dd}, commit {commit}, {rounds} rounds ({Math.Min(rounds, LongRounds)} of what takes minutes)");
        Line($"- {Environment.ProcessorCount} cores ({Cpu()}); {TestBroker.Kind.Split(" under ")[0]}");
        Line($"- load of the machine as it began: {load}; above {Environment.ProcessorCount}, others were at work: the rates are too low");
        Line("");
    }

    async Task TellBacklogsAsync(Neighbours neighbours, int rounds)
    {
        Line("## Backlogs");
        Line("");
        Line("Messages of 200 bytes. Of the limit: the time of one bare find and of as many bare marks as there are rows, 32 at a time,");
        Line("in the same round, by the backlog's time, from its find to its last mark. Cold: a fresh process, whose start is in its");
        Line("CPU and not in its time. Warm: the third backlog of the same process.");
        Line("");
        Line("| rows | | rows a second | of the limit | first mark | CPU a row | peak |");
        Line("|---|---|---|---|---|---|---|");
        var bare = new List<string>();
        foreach (var rows in (int[])[1_000, 10_000, LongRows])
        {
            var (limits, cold, warm) = (new List<RawLimits>(), new List<Drained>(), new List<Drained>());
            for (var round = 0; round < (rows < LongRows ? rounds : Math.Min(rounds, LongRounds)); round++)
            {
                limits.Add(await RawLimits.MeasureAsync(neighbours, rows));
                var drained = await BacklogRun.DrainAsync(neighbours, rows, 3);
                cold.Add(drained[0]);
                warm.Add(drained[^1]);
            }

            TellDrains(rows, "cold", cold, limits);
            TellDrains(rows, "warm", warm, limits);
            var (find, marked, produced) =
                (Of(limits, l => l.Find.TotalMilliseconds), Of(limits, l => l.Marked), Of(limits, l => l.Produced));
            bare.Add($"| {rows:N0} | {find} ms | {marked} | {produced} |");
        }

        var loop = new List<Drained>();
        for (var round = 0; round < rounds; round++) loop.Add(await BacklogRun.PlainLoopAsync(neighbours, 1_000));
        var (rate, first) = (Of(loop, d => d.PerSecond), Of(loop, d => d.First.TotalMilliseconds));
        Line($"| 1,000 | plain loop: publish, mark, next | {rate} | | {first} ms | | |");
        Line("");
        Line("| rows | bare find | bare marks a second | bare records a second |");
        Line("|---|---|---|---|");
        bare.ForEach(Line);
    }

    void TellDrains(int rows, string how, List<Drained> all, List<RawLimits> limits)
    {
        var part = all.Zip(limits, (d, l) => l.TimeFor(rows) / d.Time).ToList();
        Line(
            $"| {rows:N0} | {how} | {Of(all, d => d.PerSecond)} | {Of(part, p => p, "F2")} | {Of(all, d => d.First.TotalMilliseconds)} ms "
            + $"| {Of(all, d => d.Cpu.TotalMicroseconds / rows)} us | {Of(all, d => d.PeakMebibytes)} MiB |");
    }

    async Task TellTricklesAsync(Neighbours neighbours)
    {
        Line("");
        Line("## Trickle");
        Line("");
        Line("From a row's insert to its mark, which follows its record.");
        Line("");
        Line("| rows a second | the processor hears of a row | p50 | p99 |");
        Line("|---|---|---|---|");
        foreach (var rate in (int[])[10, 100])
        {
            foreach (var pollNow in (bool[])[false, true])
            {
                var seen = await TrickleRun.MeasureAsync(neighbours, rate, rate * TrickleSeconds, pollNow);
                var how = pollNow ? "by the poll-now route" : "by its poll each 5 s";
                Line($"| {rate} | {how} | {seen.MedianMs:F0} ms | {seen.SlowestHundredthMs:F0} ms |");
            }
        }
    }

    async Task TellRestAsync(Neighbours neighbours, int rounds)
    {
        var rest = new List<Rest>();
        for (var round = 0; round < rounds; round++) rest.Add(await RestRun.MeasureAsync(neighbours, RestTime));
        Line("");
        Line("## At rest, and the start");
        Line("");
        var (serving, cpu) = (Of(rest, r => r.Serving.TotalSeconds, "F2"), Of(rest, r => r.StartCpu.TotalSeconds, "F2"));
        Line($"At rest for a minute: {Of(rest, r => r.Core, "F2")} % of a core, {Of(rest, r => r.Mebibytes)} MiB.");
        Line($"It serves {serving} s after its start, which takes {cpu} s of CPU.");
    }

    void Line(string line)
    {
        Console.WriteLine(line);
        text.Append(line).Append('\n');
    }

    static string Of<T>(IEnumerable<T> all, Func<T, double> value, string form = "F0")
    {
        double[] sorted = [.. all.Select(value).Order()];
        string Text(double number) => number.ToString(form, CultureInfo.InvariantCulture);
        return $"{Text(sorted[sorted.Length / 2])} ({Text(sorted[0])} to {Text(sorted[^1])})";
    }

    static string Cpu() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
        ?? "unknown";
}
