using System.Diagnostics;
using Hobom.Slices.Bench.Broker;
using Hobom.Slices.Core;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>What each neighbour gives at most to somebody who does nothing else.</summary>
/// <param name="Produced">Records a second.</param>
/// <param name="Marked">Rows a second, 32 calls at a time.</param>
/// <param name="MarkBytes">That this process allocates for a mark, its answer included.</param>
/// <param name="Find">All rows in one answer, read.</param>
sealed record RawLimits(double Produced, double Marked, double MarkBytes, TimeSpan Find)
{
    const int MarksAtOnce = 32;

    /// <summary>The least time for so many rows: they are found, and marked as fast as can be.</summary>
    public TimeSpan TimeFor(int rows) => Find + TimeSpan.FromSeconds(rows / Marked);

    public override string ToString() =>
        $"find {Find.TotalMilliseconds:F0} ms, {Marked:F0} marks a second of {MarkBytes:F0} bytes each, {Produced:F0} records a second";

    public static async Task<RawLimits> MeasureAsync(Neighbours neighbours, int rows)
    {
        await neighbours.Outbox.FillAsync(rows);
        using var backend = new GrpcBackend(neighbours.Outbox.Address, Outbox.Key, null, TimeProvider.System);
        var begun = Stopwatch.GetTimestamp();
        if (!(await new MessageOutboxClient(backend).FindAllAsync(CancellationToken.None).WholeAsync()).TryGetRight(out var found, out var failure))
            throw new InvalidOperationException(failure.ToString());
        EventId[] ids = [.. found.Select(r => r.EventId!.Value)];
        var find = Stopwatch.GetElapsedTime(begun);
        var marks = MessageOutboxMarks.Of(backend);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        begun = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = MarksAtOnce }, async (id, _) =>
        {
            if ((await marks.Sent(id)).IsLeft) throw new InvalidOperationException("not marked");
        });
        var marked = rows / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)rows;
        return new RawLimits(await ProduceLimit.MeasureAsync(neighbours.Broker, "raw", rows), marked, bytes, find);
    }
}
