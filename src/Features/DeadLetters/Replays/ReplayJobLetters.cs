using System.Collections.Concurrent;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>What a job does with its letters: each ends with a result, whatever happens.</summary>
sealed class ReplayJobLetters(RedisReplayJobs jobs, ReplayRunner runner, ILogger log)
{
    /// <summary>Letters of one job under way at a time.</summary>
    const int AtOnce = 32;

    public async Task<IReadOnlyList<JobResult>> ReplayAsync(ReplayJob job, IReadOnlyList<JobItem> items, JsonPatch? patch)
    {
        var read = await jobs.KeysAsync(job.Id, [.. items.Select(i => i.Place)]);
        if (!read.TryGetRight(out var keys, out var failure))
            return [.. items.Select(i => new JobResult.PutBack(i.Place, "", $"the store is away: {failure.Message}"))];
        var results = new ConcurrentBag<JobResult>();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, items.Count)).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var n && n < items.Count)
                results.Add(await ReplayOneAsync(job, items[n], keys.GetValueOrDefault(items[n].Place), patch));
        }));
        return [.. results.OrderBy(r => r.Place)];
    }

    /// <summary>What became of those that are still under way; one that cannot be looked at now stays as it is.</summary>
    public async Task<IReadOnlyList<JobResult>> FollowAsync(ReplayJob job)
    {
        var results = new List<JobResult>();
        var keys = (await jobs.KeysAsync(job.Id, [.. job.Followed.Select(f => f.Place)])).IfLeft(new Dictionary<int, string>());
        foreach (var letter in job.Followed)
        {
            var item = new JobItem(letter.Place, Interrupted: false);
            results.Add(keys.GetValueOrDefault(letter.Place) is { } name && await FollowAsync(name) is { } outcome
                ? ReplayJobResults.Of(item, name, outcome)
                : new JobResult.UnderWay(letter.Place, "", "it cannot be looked at"));
        }

        return results;
    }

    async Task<JobResult> ReplayOneAsync(ReplayJob job, JobItem item, string? name, JsonPatch? patch)
    {
        if (name is null || !DeadLetterKey.Parse(name).TryGetRight(out var key, out _))
            return new JobResult.Skipped(item.Place, name ?? "", "the job's list does not hold its key any more");
        try
        {
            // What was begun with it may have been sent with it: that is for the person to say anew.
            var confirmation = item.Interrupted && job.Options.Confirmation is Confirmation.SendAgain
                ? Confirmation.None
                : job.Options.Confirmation;
            var request = new ReplayRequest(key, job.StartedBy ?? job.By, job.Id, confirmation, job.CreatedAt, patch);
            var answer = await runner.StartAsync(request);
            // Nobody saw how the first try of it went on, and a letter that is gone does not tell: its flow may.
            return item.Interrupted && answer is ReplayAnswer.NoLetter && await FollowAsync(name) is { } outcome
                ? ReplayJobResults.Of(item, name, outcome)
                : ReplayJobResults.Of(item, name, answer);
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("replay-job.bug"), bug, "replay job {Job}: {Key} failed unexpectedly", job.Id, name);
            return new JobResult.Failed(item.Place, name, $"internal error: {bug.GetType().Name}");
        }
    }

    /// <summary>Null where its flow has no such look, or is none of this process's.</summary>
    async Task<ReplayOutcome?> FollowAsync(string name) =>
        DeadLetterKey.Parse(name).TryGetRight(out var key, out _)
        && runner.Slices.FirstOrDefault(s => s.Route.Category == key.Category)?.Work.Follow is { } follow
            ? await follow(key)
            : null;
}
