using System.Collections.Concurrent;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>The active jobs, as this process last saw them.</summary>
sealed class ActiveJobs
{
    readonly ConcurrentDictionary<string, (ReplayJobState State, int Left)> seen = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> Counts => new[] { ReplayJobState.Canary, ReplayJobState.Running, ReplayJobState.Paused }
        .ToDictionary(s => s.ToString().ToLowerInvariant(), s => seen.Values.Count(job => job.State == s), StringComparer.Ordinal);

    public long LettersLeft => seen.Values.Sum(job => (long)job.Left);

    public void Note(ReplayJob job)
    {
        if (job.IsActive) seen[job.Id] = (job.State, job.Left);
        else seen.TryRemove(job.Id, out _);
    }

    public void ForgetAllBut(IEnumerable<string> ids)
    {
        foreach (var id in seen.Keys.Except(ids, StringComparer.Ordinal)) seen.TryRemove(id, out _);
    }
}
