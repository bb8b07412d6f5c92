namespace Hobom.Slices.Bench.Backlog;

/// <summary>Backlogs as tables: the processor, and what its neighbours give bare in the same rounds.</summary>
sealed class BacklogTables(ReportText text, int rounds, int longRounds)
{
    const int LongRows = 100_000;

    bool explained;

    public async Task TellAsync(string heading, Neighbours neighbours, IReadOnlyList<int> sizes, bool plainLoop)
    {
        text.Heading(heading);
        if (!explained) Explain();
        explained = true;
        text.Line($"From {neighbours.Outbox.Name}.");
        text.Line("");
        text.Line("| rows | | rows a second | of the limit | of bare marks | first mark | CPU a row | peak |");
        text.Line("|---|---|---|---|---|---|---|---|");
        var bare = new List<string>();
        foreach (var rows in sizes)
        {
            var (limits, cold, warm) = (new List<RawLimits>(), new List<Drained>(), new List<Drained>());
            for (var round = 0; round < (rows < LongRows ? rounds : longRounds); round++)
            {
                limits.Add(await RawLimits.MeasureAsync(neighbours, rows));
                var drained = await BacklogRun.DrainAsync(neighbours, rows, 3);
                cold.Add(drained[0]);
                warm.Add(drained[^1]);
            }

            TellDrains(rows, "cold", cold, limits);
            TellDrains(rows, "warm", warm, limits);
            var find = ReportText.Of(limits, l => l.Find.TotalMilliseconds);
            bare.Add(
                $"| {rows:N0} | {find} ms | {ReportText.Of(limits, l => l.Marked)} | {ReportText.Of(limits, l => l.Produced)} |");
        }

        if (plainLoop) await TellPlainLoopAsync(neighbours);
        text.Line("");
        text.Line("| rows | bare find | bare marks a second | bare records a second |");
        text.Line("|---|---|---|---|");
        bare.ForEach(text.Line);
    }

    void Explain()
    {
        text.Line("Messages of 200 bytes. Of the limit: the time of one bare find and of as many bare marks as there are rows, 32 at");
        text.Line("a time, in the same round, by the backlog's time, from its find to its last mark; of bare marks: without the find.");
        text.Line("Cold: a fresh process, whose start is in its CPU and not in its time. Warm: the third backlog of the same process.");
        text.Line("");
    }

    void TellDrains(int rows, string how, List<Drained> all, List<RawLimits> limits)
    {
        var part = all.Zip(limits, (d, l) => l.TimeFor(rows) / d.Time).ToList();
        var ofMarks = all.Zip(limits, (d, l) => d.PerSecond / l.Marked).ToList();
        text.Line(
            $"| {rows:N0} | {how} | {ReportText.Of(all, d => d.PerSecond)} | {ReportText.Of(part, p => p, "F2")} "
            + $"| {ReportText.Of(ofMarks, p => p, "F2")} | {ReportText.Of(all, d => d.First.TotalMilliseconds)} ms "
            + $"| {ReportText.Of(all, d => d.Cpu.TotalMicroseconds / rows)} us | {ReportText.Of(all, d => d.PeakMebibytes)} MiB |");
    }

    async Task TellPlainLoopAsync(Neighbours neighbours)
    {
        var loop = new List<Drained>();
        for (var round = 0; round < rounds; round++) loop.Add(await BacklogRun.PlainLoopAsync(neighbours, 1_000));
        var (rate, first) = (ReportText.Of(loop, d => d.PerSecond), ReportText.Of(loop, d => d.First.TotalMilliseconds));
        text.Line($"| 1,000 | plain loop: publish, mark, next | {rate} | | | {first} ms | | |");
    }
}
