using System.Diagnostics;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>How a processor stands at one moment.</summary>
/// <param name="Cpu">Since it began.</param>
sealed record Standing(TimeSpan At, int Pending, int Sent, double Mebibytes, TimeSpan Cpu);

/// <param name="UsualPerSecond">Of a backlog that nothing is added to.</param>
/// <param name="FedPerSecond">What really came in.</param>
/// <param name="Standings">The first as the feeding began, one every few seconds, the last as it ended.</param>
/// <param name="Recovery">From the end of the feeding to the last mark.</param>
sealed record Overdriven(
    double UsualPerSecond, double FedPerSecond, IReadOnlyList<Standing> Standings, TimeSpan Recovery, double PeakMebibytes,
    double MebibytesAfter);

static class OverdrivenRun
{
    const int UsualRows = 20_000;

    static readonly TimeSpan FeedInterval = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    /// <summary>After the last mark, for the processor to give memory back.</summary>
    static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    /// <param name="times">So many rows come in for each that a backlog loses in the same time.</param>
    public static async Task<Overdriven> MeasureAsync(Neighbours neighbours, TimeSpan time, double times)
    {
        await neighbours.Outbox.FillAsync(UsualRows);
        await using var processor = ProcessorUnderTest.Start(neighbours, ("HOBOM_POLL_INTERVAL", "1s"));
        await BacklogRun.WhenDrainedAsync(neighbours, UsualRows, processor.ThrowIfEndedAsync);
        await neighbours.Outbox.FillAsync(UsualRows);
        var usual = (await BacklogRun.WhenDrainedAsync(neighbours, UsualRows, processor.ThrowIfEndedAsync)).PerSecond;
        await neighbours.Outbox.EmptyAsync();
        var begun = Stopwatch.GetTimestamp();
        using var fed = new CancellationTokenSource(time);
        var feeding = FeedAsync(neighbours.Outbox, usual * times, fed.Token);
        var standings = new List<Standing> { await StandingAsync(neighbours, processor, begun) };
        while (!feeding.IsCompleted)
        {
            await Task.WhenAny(feeding, Task.Delay(LookInterval));
            await processor.ThrowIfEndedAsync();
            standings.Add(await StandingAsync(neighbours, processor, begun));
        }

        var (rows, feedingTime) = (await feeding, standings[^1].At);
        await BacklogRun.WhenDrainedAsync(neighbours, rows, processor.ThrowIfEndedAsync);
        var recovery = Stopwatch.GetElapsedTime(begun) - feedingTime;
        await Task.Delay(Settling);
        return new Overdriven(
            usual, rows / feedingTime.TotalSeconds, standings, recovery, processor.PeakMebibytes, processor.Mebibytes);
    }

    /// <returns>How many rows it has added.</returns>
    static async Task<int> FeedAsync(Outbox outbox, double perSecond, CancellationToken ending)
    {
        var begun = Stopwatch.GetTimestamp();
        var added = 0;
        while (!ending.IsCancellationRequested)
        {
            // What was late is made up for: the rate is of the whole time.
            var due = (int)(Stopwatch.GetElapsedTime(begun).TotalSeconds * perSecond) - added;
            if (due > 0) await outbox.AddAsync(due);
            added += due;
            await Task.Delay(FeedInterval, CancellationToken.None);
        }

        return added;
    }

    static async Task<Standing> StandingAsync(Neighbours neighbours, ProcessorUnderTest processor, long begun)
    {
        var (pending, sent) = await neighbours.Outbox.CountAsync();
        return new Standing(Stopwatch.GetElapsedTime(begun), pending, sent, processor.Mebibytes, processor.Cpu);
    }
}
