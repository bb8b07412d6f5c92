extern alias sandbox;
using System.Diagnostics;
using System.Globalization;
using Hobom.Slices.Bench.Broker;
using sandbox::Hobom.Slices.Sandbox;
using sandbox::Hobom.Slices.Sandbox.Rows;
using MessagePayload = sandbox::Hobom.Slices.Protos.Outbox.Message.MessagePayload;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>The batch contract beside a mark for each row, and beside what Kafka takes at most, over the sandbox's backend.</summary>
static class BatchRun
{
    const int Drains = 3;

    static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>A line for each way, with the raw rate of the same run.</summary>
    public static async Task MeasureAsync(Neighbours neighbours, int rows)
    {
        var raw = await ProduceLimit.MeasureAsync(neighbours.Broker, "raw", rows);
        foreach (var mode in (string[])["off", "on"])
        {
            foreach (var (drained, drain) in (await DrainAsync(neighbours, rows, mode)).Select((d, at) => (d, at + 1)))
            {
                var part = string.Create(
                    CultureInfo.InvariantCulture, $"{drained.PerSecond:F0}/s = {drained.PerSecond / raw:F2} of {raw:F0}/s raw");
                Console.WriteLine($"{rows} rows, batch {mode}, backlog {drain}: {part}; {drained}");
            }
        }
    }

    /// <summary>One processor and one backlog after the other, by the clock of this process, which serves the rows.</summary>
    static async Task<IReadOnlyList<Drained>> DrainAsync(Neighbours neighbours, int rows, string mode)
    {
        await using var server = new SandboxServer(
            new ServeOptions { ApiKey = "test-key", CountLimit = 0, Batch = true }, TimeProvider.System);
        var addresses = await server.StartAsync();
        await using var processor = ProcessorUnderTest.Start(
            neighbours, ("HOBOM_GRPC_ADDR", addresses.Main), ("HOBOM_OUTBOX_BATCH", mode), ("HOBOM_POLL_INTERVAL", "1h"));
        await processor.WhenServingAsync();
        await AddAsync(server, processor, 1);
        var all = new List<Drained>();
        for (var drain = 0; drain < Drains; drain++) all.Add(await AddAsync(server, processor, rows));
        return all;
    }

    /// <returns>From the wish for a visit to the last mark.</returns>
    static async Task<Drained> AddAsync(SandboxServer server, ProcessorUnderTest processor, int rows)
    {
        // A visit that settled much is followed by another at once: that must be over.
        await Task.Delay(Rest);
        var (before, cpu) = (Settled(server) + rows, processor.Cpu);
        for (var row = 0; row < rows; row++) server.MainRows.Add($"{Guid.NewGuid():N}", EventTypes.Message, Sample);
        var begun = Stopwatch.GetTimestamp();
        await processor.PollNowAsync();
        TimeSpan? first = null;
        while (Settled(server) is var settled && settled < before)
        {
            if (first is null && settled > before - rows) first = Stopwatch.GetElapsedTime(begun);
            await processor.ThrowIfEndedAsync();
            await Task.Delay(LookInterval);
        }

        var time = Stopwatch.GetElapsedTime(begun);
        return new Drained(rows, time, first ?? time) { Cpu = processor.Cpu - cpu, PeakMebibytes = processor.PeakMebibytes };
    }

    static long Settled(SandboxServer server) => server.MainRows.Counts().Sum(c => c.Settled);

    static MessagePayload Sample { get; } = new()
    {
        Id = "1", Title = "A message", Body = new string('x', 200), Recipient = "somebody@example.com", SenderId = "sender",
        Type = "MAIL_MESSAGE",
    };
}
