namespace Hobom.Slices.Bench.Backlog;

/// <summary>A backlog that is gone, by the clock of the backend that served it.</summary>
/// <param name="Time">From the find to the last mark.</param>
/// <param name="First">From the find to the first mark.</param>
sealed record Drained(int Rows, TimeSpan Time, TimeSpan First)
{
    /// <summary>Of the processor, in this time; of a fresh one with its start.</summary>
    public TimeSpan Cpu { get; init; }

    public double PeakMebibytes { get; init; }

    public double PerSecond => Rows / Time.TotalSeconds;

    public override string ToString() =>
        $"{Time.TotalSeconds:F2} s, first mark {First.TotalMilliseconds:F0} ms, cpu {Cpu.TotalMilliseconds:F0} ms = "
        + $"{Cpu.TotalMicroseconds / Rows:F1} us a row, peak {PeakMebibytes:F0} MiB";
}

static class BacklogRun
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>One processor, started over the first backlog; the others follow while it runs.</summary>
    public static async Task<IReadOnlyList<Drained>> DrainAsync(Neighbours neighbours, int rows, int times)
    {
        await neighbours.Outbox.FillAsync(rows);
        await using var processor = ProcessorUnderTest.Start(neighbours, ("HOBOM_POLL_INTERVAL", "1s"));
        var all = new List<Drained>();
        for (var drain = 1; drain <= times; drain++)
        {
            var before = drain == 1 ? TimeSpan.Zero : processor.Cpu;
            if (drain > 1) await neighbours.Outbox.FillAsync(rows);
            var drained = await WhenDrainedAsync(neighbours, rows, processor.ThrowIfEndedAsync);
            all.Add(drained with { Cpu = processor.Cpu - before, PeakMebibytes = processor.PeakMebibytes });
        }

        return all;
    }

    public static async Task<Drained> PlainLoopAsync(Neighbours neighbours, int rows)
    {
        await neighbours.Outbox.FillAsync(rows);
        var loop = PlainLoop.RunAsync(neighbours, CancellationToken.None);
        var drained = await WhenDrainedAsync(neighbours, rows, () => loop.IsFaulted ? loop : Task.CompletedTask);
        await loop;
        return drained;
    }

    /// <param name="check">Throws where nobody works on it any more.</param>
    public static async Task<Drained> WhenDrainedAsync(Neighbours neighbours, int rows, Func<Task> check)
    {
        await WhenSentAsync(neighbours.Outbox.SentAsync, rows, check);
        var (asked, first, last) = await neighbours.Outbox.TimesAsync();
        return new Drained(rows, TimeSpan.FromMilliseconds(last - asked), TimeSpan.FromMilliseconds(first - asked));
    }

    /// <inheritdoc cref="WhenDrainedAsync"/>
    public static async Task WhenSentAsync(Func<Task<int>> sent, int rows, Func<Task> check)
    {
        while (await sent() < rows)
        {
            await check();
            await Task.Delay(LookInterval);
        }
    }
}
