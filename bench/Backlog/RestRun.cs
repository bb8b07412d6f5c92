namespace Hobom.Slices.Bench.Backlog;

/// <summary>A processor that has nothing to do.</summary>
/// <param name="Core">Of one core, in percent.</param>
sealed record Rest(double Core, double Mebibytes, TimeSpan Serving, TimeSpan StartCpu)
{
    public override string ToString() =>
        $"at rest {Core:F2} % of a core, {Mebibytes:F0} MiB; serving {Serving.TotalSeconds:F2} s after the start, which takes "
        + $"{StartCpu.TotalSeconds:F2} s of CPU";
}

static class RestRun
{
    /// <summary>What a start leaves to be done.</summary>
    static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    public static async Task<Rest> MeasureAsync(Neighbours neighbours, TimeSpan time)
    {
        await neighbours.Outbox.EmptyAsync();
        var begun = DateTime.UtcNow;
        await using var processor = ProcessorUnderTest.Start(neighbours);
        await processor.WhenServingAsync();
        var (serving, startCpu) = (DateTime.UtcNow - begun, processor.Cpu);
        await Task.Delay(Settling);
        var before = processor.Cpu;
        await Task.Delay(time);
        return new Rest((processor.Cpu - before) / time * 100, processor.Mebibytes, serving, startCpu);
    }
}
