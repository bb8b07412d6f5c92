namespace Hobom.Slices.Bench.Backlog;

/// <summary>A processor that has nothing to do.</summary>
/// <param name="FirstCore">
/// Of one core, in percent, soon after the start: the runtime still compiles what its timers have run often.
/// </param>
/// <param name="Core">The same when it has.</param>
sealed record Rest(double FirstCore, double Core, double Mebibytes, TimeSpan Serving, TimeSpan StartCpu)
{
    public override string ToString() =>
        $"at rest {Core:F2} % of a core, {FirstCore:F2} % soon after the start, {Mebibytes:F0} MiB; "
        + $"serving {Serving.TotalSeconds:F2} s after the start, which takes {StartCpu.TotalSeconds:F2} s of CPU";
}

static class RestRun
{
    /// <summary>What a start leaves to be done at once, and until nothing is compiled any more.</summary>
    static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    static readonly TimeSpan Compiling = TimeSpan.FromMinutes(3);

    public static async Task<Rest> MeasureAsync(Neighbours neighbours, TimeSpan time)
    {
        await neighbours.Outbox.EmptyAsync();
        var begun = DateTime.UtcNow;
        await using var processor = ProcessorUnderTest.Start(neighbours);
        await processor.WhenServingAsync();
        var (serving, startCpu) = (DateTime.UtcNow - begun, processor.Cpu);
        await Task.Delay(Settling);
        var first = await CoreAsync(processor, time);
        await Task.Delay(Compiling);
        return new Rest(first, await CoreAsync(processor, time), processor.Mebibytes, serving, startCpu);
    }

    static async Task<double> CoreAsync(ProcessorUnderTest processor, TimeSpan time)
    {
        var before = processor.Cpu;
        await Task.Delay(time);
        return (processor.Cpu - before) / time * 100;
    }
}
