using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>
/// Whether a job may run here: in the process that holds the flows of all its letters. Flows that do not run here hinder
/// nothing, for their letters are skipped.
/// </summary>
public sealed class JobFlows(IReadOnlyList<Slice> slices)
{
    /// <summary>
    /// Asks for the flows. Where two processes have some of them each, both would wait for good: who does not have the
    /// first one, in the job's own order, gives way with the others.
    /// </summary>
    public async Task<bool> AskAsync(ReplayJob job)
    {
        var leases = LeasesOf(job);
        var answers = await Task.WhenAll(leases.Select(lease => lease.TryAcquireAsync()));
        if (answers is [LeaseAnswer.HeldByOther, ..])
            foreach (var lease in leases) _ = lease.YieldAsync();
        return answers.All(answer => answer is LeaseAnswer.Held);
    }

    public bool AreHeld(ReplayJob job) => LeasesOf(job).All(lease => lease.IsHeld);

    List<FlowLease> LeasesOf(ReplayJob job) =>
        [.. job.Plan.Categories.SelectMany(c => slices.Where(s => s.Route.Category.Name == c.Category)).Select(s => s.Lease)];
}
