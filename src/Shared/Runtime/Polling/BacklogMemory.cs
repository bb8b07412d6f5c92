using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Runtime.Polling;

/// <summary>
/// A large backlog's rows live as long as its visit does: so they are in the oldest generation when it ends, and lie there until
/// much else is allocated. The next backlog would come on top of them, and a process at rest would keep them for good.
/// </summary>
static class BacklogMemory
{
    /// <summary>From here on rows take tens of megabytes, and a collection of a tenth of a second is little beside the visit.</summary>
    public const int LargeRows = 20_000;

    /// <summary>Not right after it: those who saw it end may be on their way back through it, and hold its rows.</summary>
    public static Func<CancellationToken, Task<VisitReport>> GivenBackAfter(Func<CancellationToken, Task<VisitReport>> visit)
    {
        var wasLarge = false;
        return async stopping =>
        {
            if (wasLarge) await GiveBackAsync();
            var report = await visit(stopping);
            wasLarge = report.Found >= LargeRows;
            return report;
        };
    }

    static async Task GiveBackAsync()
    {
        await Task.Yield();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
