using Hobom.Slices.Tests.Support.Brokers;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>All figures of one run on one machine, as text.</summary>
sealed class Report
{
    /// <summary>Of what takes minutes.</summary>
    const int LongRounds = 3;

    /// <summary>Of each flow, but LAW_CHANGED.</summary>
    const int FlowRows = 10_000;

    static readonly TimeSpan RestTime = TimeSpan.FromSeconds(60);
    static readonly TimeSpan OverdrivenTime = TimeSpan.FromMinutes(10);

    readonly ReportText text = new();
    readonly int rounds;

    Report(int rounds) => this.rounds = rounds;

    public static async Task<Report> MeasureAsync(string redis, int rounds, IReadOnlySet<ReportPart> parts)
    {
        var report = new Report(rounds);
        await using var broker = TestBroker.Create();
        await broker.StartAsync();
        await using var grpcJs = await GrpcJsOutbox.StartAsync();
        await using var threads = await ManyThreadedOutbox.StartAsync();
        await using var mock = await MockKafka.StartAsync();
        var neighbours = new Neighbours(broker.Address, redis, grpcJs);
        report.TellWhere(parts);
        var backlogs = new BacklogTables(report.text, rounds, Math.Min(rounds, LongRounds));
        if (parts.Contains(ReportPart.Backlogs))
            await backlogs.TellAsync("Backlogs", neighbours, [1_000, 10_000, 100_000], plainLoop: true);
        if (parts.Contains(ReportPart.Threads))
            await backlogs.TellAsync(
                "Backlogs from an outbox with several threads", neighbours with { Outbox = threads }, [10_000, 100_000], plainLoop: false);
        if (parts.Contains(ReportPart.Mock))
        {
            await backlogs.TellAsync(
                "Backlogs before a mock broker", neighbours with { Broker = mock.Address }, [10_000], plainLoop: false);
            await backlogs.TellAsync(
                "Backlogs from an outbox with several threads before a mock broker",
                neighbours with { Broker = mock.Address, Outbox = threads }, [10_000], plainLoop: false);
        }

        if (parts.Contains(ReportPart.Flows)) await report.TellFlowsAsync(neighbours);
        if (parts.Contains(ReportPart.Trickle)) await report.TellTricklesAsync(neighbours, grpcJs);
        if (parts.Contains(ReportPart.Rest)) await report.TellRestAsync(neighbours);
        if (parts.Contains(ReportPart.Overdriven)) await report.TellOverdrivenAsync(neighbours with { Outbox = threads });
        return report;
    }

    public override string ToString() => text.ToString();

    void TellWhere(IReadOnlySet<ReportPart> parts)
    {
        var commit = Environment.GetEnvironmentVariable("HOBOM_BENCH_COMMIT") ?? "unknown";
        var load = Environment.GetEnvironmentVariable("HOBOM_BENCH_LOAD") ?? File.ReadAllText("/proc/loadavg").Split(' ')[0];
        text.Line("# Benchmarks");
        text.Line("");
        text.Line("Written by `bench/run`, which measures the published processor beside its neighbours: an outbox, Redis and Kafka,");
        text.Line("all on one machine and its cores: the ratios say more than the rates. Each figure: median (lowest to highest).");
        text.Line("");
        text.Line(
            $"- {DateTime.UtcNow:yyyy-MM-dd}, commit {commit}, {Rounds(rounds)} ({Math.Min(rounds, LongRounds)} of what takes minutes)");
        text.Line($"- parts: {string.Join(", ", parts.Order()).ToLowerInvariant()}");
        text.Line($"- {Environment.ProcessorCount} cores ({Cpu()}); {TestBroker.Kind.Split(" under ")[0]}");
        text.Line(
            $"- load of the machine as it began: {load}; above {Environment.ProcessorCount}, others were at work: the rates are too low");
    }

    async Task TellFlowsAsync(Neighbours neighbours)
    {
        var all = new List<FlowTimes>();
        for (var round = 0; round < rounds; round++) all.Add(await FlowsRun.MeasureAsync(neighbours, FlowRows));
        text.Heading("Five flows at once");
        text.Line("From the first mark to the last, in one warm processor; from @grpc/grpc-js, whose one thread serves all of them.");
        text.Line("");
        text.Line("| flow | rows | alone |");
        text.Line("|---|---|---|");
        foreach (var (flow, index) in FlowUnderTest.All.Select((f, i) => (f, i)))
            text.Line($"| {flow.EventType} | {FlowRows / flow.Share:N0} | {ReportText.Of(all, t => t.Alone[index].TotalSeconds, "F2")} s |");
        var sum = FlowUnderTest.All.Sum(f => FlowRows / f.Share);
        text.Line($"| all at once | {sum:N0} | {ReportText.Of(all, t => t.Together.TotalSeconds, "F2")} s |");
        text.Line("");
        text.Line($"All at once go {ReportText.Of(all, t => t.Ratio, "F2")} times as fast as one after the other.");
    }

    async Task TellTricklesAsync(Neighbours neighbours, GrpcJsOutbox outbox)
    {
        text.Heading("Trickle");
        text.Line("From a row's insert to its mark, which follows its record; from @grpc/grpc-js.");
        text.Line("");
        text.Line("| rows a second | the processor hears of a row | p50 | p99 |");
        text.Line("|---|---|---|---|");
        foreach (var (rate, rows) in ((int, int)[])[(1, 30), (10, 150), (100, 1_500)])
        {
            foreach (var pollNow in (bool[])[false, true])
            {
                var seen = await TrickleRun.MeasureAsync(neighbours, outbox.Control, rate, rows, pollNow);
                var how = pollNow ? "by the poll-now route" : "by its poll each 5 s";
                text.Line($"| {rate} | {how} | {seen.MedianMs:F0} ms | {seen.SlowestHundredthMs:F0} ms |");
            }
        }
    }

    async Task TellRestAsync(Neighbours neighbours)
    {
        var rest = new List<Rest>();
        for (var round = 0; round < Math.Min(rounds, LongRounds); round++) rest.Add(await RestRun.MeasureAsync(neighbours, RestTime));
        text.Heading("At rest, and the start");
        var serving = ReportText.Of(rest, r => r.Serving.TotalSeconds, "F2");
        var cpu = ReportText.Of(rest, r => r.StartCpu.TotalSeconds, "F2");
        text.Line(
            $"At rest for a minute: {ReportText.Of(rest, r => r.Core, "F2")} % of a core, {ReportText.Of(rest, r => r.Mebibytes)} MiB; "
            + $"soon after the start, while the runtime compiles what runs often, {ReportText.Of(rest, r => r.FirstCore, "F2")} %.");
        text.Line($"It serves {serving} s after its start, which takes {cpu} s of CPU.");
    }

    async Task TellOverdrivenAsync(Neighbours neighbours)
    {
        text.Heading("Over-driven");
        var seen = await OverdrivenRun.MeasureAsync(neighbours, OverdrivenTime, OverdrivenText.UsualTimes);
        foreach (var line in OverdrivenText.Of(seen)) text.Line(line);
    }

    static string Rounds(int count) => count == 1 ? "one round" : $"{count} rounds";

    static string Cpu() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
        ?? "unknown";
}
