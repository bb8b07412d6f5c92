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

    /// <summary>Once the visit has returned, so that nothing of its rows is in use.</summary>
    public static Func<CancellationToken, Task<VisitReport>> GivenBackAfter(Func<CancellationToken, Task<VisitReport>> visit) =>
        async stopping =>
        {
            var report = await visit(stopping);
            if (report.Found >= LargeRows && !stopping.IsCancellationRequested)
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return report;
        };
}
