using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Polling;

public sealed class BacklogMemoryTests
{
    [Fact]
    public async Task What_a_large_backlog_took_is_free_once_its_visit_has_ended()
    {
        WeakReference? rows = null;
        var visit = BacklogMemory.GivenBackAfter(async _ =>
        {
            rows = OldRows();
            await Task.Yield();
            return new VisitReport(BacklogMemory.LargeRows, 0, 0, 0, BacklogMemory.LargeRows, null, null);
        });

        await visit(CancellationToken.None);

        Assert.False(rows!.IsAlive);
    }

    /// <summary>Nobody uses them any more, and they are where only a full collection finds that.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static WeakReference OldRows()
    {
        var rows = new byte[1000];
        GC.Collect();
        GC.Collect();
        Assert.Equal(GC.MaxGeneration, GC.GetGeneration(rows));
        return new WeakReference(rows);
    }
}
