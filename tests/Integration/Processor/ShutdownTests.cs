using System.Diagnostics;
using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>The contract's end: no new poll, what is published gets marked, exit code 0.</summary>
[Collection(TakeoverCollection.Name)]
public sealed class ShutdownTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task SIGTERM_in_a_busy_visit_marks_what_was_published_and_begins_nothing_more()
    {
        const int rows = 10_000;
        await Outbox.GenerateAsync(Prefix, rows);
        await using var processor = await StartAsync();
        await Outbox.AtLeastAsync(rows / 20, "SENT");
        var finds = (await Control.CallsAsync("main", "find-message")).Total;
        await processor.StopAsync();
        var end = await Outbox.CompareAsync();
        Assert.Equal((end.Sent, 0, rows), (end.Records, end.Failed, end.Sent + end.Pending));
        Assert.NotEqual(0, end.Pending);
        Assert.Equal(finds, (await Control.CallsAsync("main", "find-message")).Total);
        Assert.Contains("stopped", processor.Output, StringComparison.Ordinal);

        await processor.RestartAsync();
        await Outbox.EachIsSentOnceAsync(rows, processor);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Hang = true, Repeat = GrpcJsOrder.Forever });
        await Outbox.GenerateAsync(Prefix, 40);
        await using var processor = await StartAsync();
        await Eventually.TrueAsync(
            async () => (await Control.CallsAsync("main", "message/mark-sent")).Total > 0, null, () => "no mark began");
        await processor.SignalAsync("TERM");
        var since = Stopwatch.StartNew();
        await processor.SignalAsync("TERM");
        Assert.Equal(143, await processor.ExitAsync(TimeSpan.FromSeconds(20)));
        // The hanging marks alone would have lasted 5 s.
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        Assert.Contains("second signal", processor.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task At_rest_either_signal_ends_it_in_order(string signal)
    {
        await using var processor = await StartAsync();
        await processor.SignalAsync(signal);
        Assert.Equal(0, await processor.ExitAsync(RunningProcessor.OrderlyLimit));
    }

    [Fact]
    public async Task With_every_neighbour_away_SIGTERM_still_ends_it_in_order()
    {
        await using var processor = await StartAsync(
            ("HOBOM_GRPC_ADDR", $"127.0.0.1:{LoopbackPort.Free()}"),
            ("HOBOM_REDIS_ADDR", $"127.0.0.1:{LoopbackPort.Free()}"),
            ("HOBOM_KAFKA_BROKER", $"127.0.0.1:{LoopbackPort.Free()}"));
        await processor.StopAsync();
    }
}
