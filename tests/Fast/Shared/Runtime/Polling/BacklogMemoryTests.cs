using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Polling;

public sealed class BacklogMemoryTests
{
    [Fact]
    public async Task What_a_large_backlog_took_is_free_when_the_next_visit_begins()
    {
        WeakReference? rows = null;
        bool? isThere = null;
        var visit = BacklogMemory.GivenBackAfter(async _ =>
        {
            isThere = rows?.IsAlive;
            rows ??= OldRows();
            await Task.Yield();
            return new VisitReport(BacklogMemory.LargeRows, 0, 0, 0, BacklogMemory.LargeRows, null, null);
        });

        await visit(CancellationToken.None);
        await visit(CancellationToken.None);

        Assert.Equal(false, isThere);
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
