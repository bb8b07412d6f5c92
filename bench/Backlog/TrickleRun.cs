using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>From the row's insert to its mark, which follows its record: what a consumer sees is a little earlier.</summary>
sealed record Trickle(double MedianMs, double SlowestHundredthMs);

static class TrickleRun
{
    /// <param name="pollNow">Whether the writer tells the processor of each row, or leaves it to its poll each 5 s.</param>
    public static async Task<Trickle> MeasureAsync(Neighbours neighbours, GrpcJsControl control, int perSecond, int rows, bool pollNow)
    {
        await neighbours.Outbox.FillAsync(1);
        await using var processor = ProcessorUnderTest.Start(neighbours);
        await processor.WhenServingAsync();
        while (await neighbours.Outbox.SentAsync() < 1) await Task.Delay(20);
        await neighbours.Outbox.FillAsync(500);
        await processor.PollNowAsync();
        while (await neighbours.Outbox.SentAsync() < 500) await Task.Delay(20);
        await control.ResetAsync();
        var insertedAt = new Dictionary<string, long>(rows);
        var next = DateTime.UtcNow;
        for (var row = 0; row < rows; row++)
        {
            next += TimeSpan.FromSeconds(1.0 / perSecond);
            var wait = next - DateTime.UtcNow;
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            var id = $"{Guid.NewGuid():N}-";
            await control.GenerateRowsAsync("main", "MESSAGE", 1, bodyBytes: 200, idPrefix: id);
            insertedAt[$"{id}0"] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            if (pollNow) await processor.PollNowAsync();
        }

        while (await neighbours.Outbox.SentAsync() < rows) await Task.Delay(50);
        var marks = await control.AllMarksAsync("main");
        double[] waits = [.. insertedAt.Select(i => (double)Math.Max(0, marks[i.Key].Min(m => m.At) - i.Value)).Order()];
        return new Trickle(waits[waits.Length / 2], waits[waits.Length * 99 / 100]);
    }
}
