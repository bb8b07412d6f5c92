using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;

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
    /// <param name="letters">Those of the job, where they are few: of a divided flow only their shards are asked for.</param>
    public async Task<bool> AskAsync(ReplayJob job, Option<IReadOnlyCollection<DeadLetterKey>> letters = default)
    {
        var leases = LeasesOf(job, letters);
        KeepTogether(job);
        var answers = await Task.WhenAll(leases.Select(lease => lease.TryAcquireAsync()));
        if (answers is [LeaseAnswer.HeldByOther, ..])
            foreach (var lease in leases) _ = lease.YieldAsync();
        return answers.All(answer => answer is LeaseAnswer.Held);
    }

    public bool AreHeld(ReplayJob job, Option<IReadOnlyCollection<DeadLetterKey>> letters = default)
    {
        KeepTogether(job);
        return LeasesOf(job, letters).All(lease => lease.IsHeld);
    }

    /// <summary>Whether it is worth while to know which letters the job has.</summary>
    public bool AreDivided(ReplayJob job) => FlowsOf(job).Any(flow => flow.Count != ShardCount.One);

    /// <summary>What is gathered here for the job is not given to those who have less.</summary>
    void KeepTogether(ReplayJob job)
    {
        foreach (var flow in FlowsOf(job)) flow.KeepTogether();
    }

    List<FlowLease> LeasesOf(ReplayJob job, Option<IReadOnlyCollection<DeadLetterKey>> letters) =>
        [.. FlowsOf(job).SelectMany(flow => letters.Match(
            Some: some => flow.All.Where(lease => some.Any(key => key.Category == flow.Flow && flow.Of(key) == lease)),
            None: () => flow.All))];

    IEnumerable<FlowLeases> FlowsOf(ReplayJob job) =>
        job.Plan.Categories.SelectMany(c => slices.Where(s => s.Route.Category.Name == c.Category)).Select(s => s.Leases);
}
