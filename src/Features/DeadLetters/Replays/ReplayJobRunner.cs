using System.Diagnostics;
using System.Text.Json;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>
/// Runs the active jobs that no other process runs, those that an earlier process left in the middle included. What is
/// next is <see cref="ReplayJobDecisions"/>' business; that a batch begins, and how it ended, is kept before it goes on.
/// </summary>
public sealed class ReplayJobRunner(
    RedisReplayJobs jobs, ReplayRunner runner, AuditTrail trail, TimeProvider clock, ILogger<ReplayJobRunner> log)
{
    /// <summary>A job of so many letters asks only for the shards that they are of; a larger one for all of its flows.</summary>
    const int FewLetters = 32;

    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    readonly JobFlows flows = new(runner.Slices);
    readonly LeasedJobs leased = new(jobs, clock, log);
    readonly ReplayJobLetters letters = new(jobs, runner, log);
    readonly WakeSignal wake = new(clock);

    /// <summary>Active jobs by state, as this process last saw them.</summary>
    public IReadOnlyDictionary<string, int> Counts => leased.Active.Counts;

    /// <summary>Of the active jobs: letters that they have not come to.</summary>
    public long LettersLeft => leased.Active.LettersLeft;

    /// <summary>A job was started, resumed, paused or cancelled: look now.</summary>
    public void Wake() => wake.Set();

    /// <summary>Returns when told to stop and the batches under way have ended; their jobs go on in the next process.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var running = new Dictionary<string, Task>(StringComparer.Ordinal);
        do
        {
            foreach (var (id, _) in running.Where(r => r.Value.IsCompleted).ToList()) running.Remove(id);
            if (!(await jobs.ActiveAsync()).TryGetRight(out var ids, out _)) continue;
            leased.Active.ForgetAllBut(ids);
            foreach (var id in ids.Where(id => !running.ContainsKey(id))) running.Add(id, RunJobAsync(id, stopping));
        }
        while (await wake.WaitAsync(LookInterval, stopping));

        await Task.WhenAll(running.Values);
    }

    async Task RunJobAsync(string id, CancellationToken stopping)
    {
        try
        {
            if (!(await jobs.GetAsync(id)).TryGetRight(out var seen, out _)) return;
            leased.Active.Note(seen);
            if (Rests(seen)) return;
            if (!(await FewKeysAsync(seen)).TryGetRight(out var keys, out _)) return;
            if (!await flows.AskAsync(seen, keys))
            {
                log.LogDebug(LogEvents.Named("replay-job.elsewhere"), "replay job {Job}: its letters' flows are held elsewhere", id);
                return;
            }

            if (!await leased.TryTakeAsync(id)) return;
            log.LogInformation(LogEvents.Named("replay-job.begun"),
                "replay job {Job}: {State}, {Left} of {Count} letters left", id, seen.State, seen.Left, seen.Plan.Count);
            await RunBatchesAsync(id, keys, stopping);
            await leased.GiveBackAsync(id);
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("replay-job.bug"),
                bug, "replay job {Job}: failed unexpectedly; it is taken up again when its lease is over", id);
        }
    }

    /// <summary>None where they need not be known.</summary>
    async Task<Either<StoreFailure, Option<IReadOnlyCollection<DeadLetterKey>>>> FewKeysAsync(ReplayJob job)
    {
        if (job.Plan.Count > FewLetters || !flows.AreDivided(job)) return Option<IReadOnlyCollection<DeadLetterKey>>.None;
        var read = await jobs.KeysAsync(job.Id, [.. Enumerable.Range(0, job.Plan.Count)]);
        return read.Map(names => Option<IReadOnlyCollection<DeadLetterKey>>.Some(
            [.. names.Values.SelectMany(name => DeadLetterKey.Parse(name).RightToArray())]));
    }

    bool Rests(ReplayJob job) => ReplayJobDecisions.Next(job, clock.GetUtcNow(), away: false) is JobStep.Rest;

    async Task RunBatchesAsync(string id, Option<IReadOnlyCollection<DeadLetterKey>> keys, CancellationToken stopping)
    {
        if (await leased.KeepAsync(id, ReplayJobDecisions.TakeUp, stopping) is not { } job) return;
        var patch = PatchOf(job);
        while (!stopping.IsCancellationRequested)
        {
            if (!flows.AreHeld(job, keys))
            {
                log.LogInformation(LogEvents.Named("replay-job.moved"), "replay job {Job}: goes on where its letters' flows are held", id);
                return;
            }

            switch (ReplayJobDecisions.Next(job, clock.GetUtcNow(), IsAway(job)))
            {
                case JobStep.Run(var count):
                    if (await RunBatchAsync(job, count, patch, stopping) is not { } after) return;
                    job = after;
                    break;
                case JobStep.Follow:
                    if (await FollowAsync(job, stopping) is not { } followed) return;
                    job = followed;
                    break;
                case JobStep.Wait(var until):
                    var wait = until - clock.GetUtcNow();
                    if (wait <= TimeSpan.Zero) break;
                    await wake.WaitAsync(wait < LookInterval ? wait : LookInterval, stopping);
                    if (wait < LookInterval) break;
                    if (await leased.KeepAsync(id, seen => seen, stopping) is not { } still) return;
                    job = still;
                    break;
                case JobStep.Rest:
                    await TellEndAsync(job);
                    return;
                case var other:
                    throw new UnreachableException($"no such step of a job: {other}");
            }
        }
    }

    /// <summary>Null as of <see cref="LeasedJobs.KeepAsync"/>.</summary>
    async Task<ReplayJob?> RunBatchAsync(ReplayJob job, int count, JsonPatch? patch, CancellationToken stopping)
    {
        IReadOnlyList<JobItem> items = [];
        var begun = await leased.KeepAsync(
            job.Id,
            seen =>
            {
                // Somebody may have paused or cancelled it since; or it is kept already, and the answer was lost.
                if (!Rests(seen) && items.Count > 0 && seen.Begun.SequenceEqual(items.Select(i => i.Place))) return seen;
                (var begun, items) = Rests(seen) ? (seen, []) : ReplayJobDecisions.Begin(seen, count, clock.GetUtcNow());
                return begun;
            },
            stopping);
        if (begun is null || items.Count == 0) return begun;
        var results = await leased.RenewedAsync(job.Id, letters.ReplayAsync(begun, items, patch));
        return await leased.KeepAsync(job.Id, seen => ReplayJobDecisions.Apply(seen, results, clock.GetUtcNow()), stopping);
    }

    async Task<ReplayJob?> FollowAsync(ReplayJob job, CancellationToken stopping)
    {
        var results = await letters.FollowAsync(job);
        await leased.RenewAsync(job.Id);
        return await leased.KeepAsync(job.Id, seen => ReplayJobDecisions.Apply(seen, results, clock.GetUtcNow()), stopping);
    }

    async Task TellEndAsync(ReplayJob job)
    {
        log.LogInformation(
            LogEvents.Named("replay-job.rests"),
            "replay job {Job}: {State}{Why}; {Delivered} delivered, {Failed} failed, {Skipped} skipped, {UnderWay} under way, {Left} left",
            job.Id, job.State, job.Why is null ? "" : $" ({job.Why})", job.Delivered, job.Failed, job.Skipped, job.StillUnderWay, job.Left);
        if (job.State is not (ReplayJobState.Finished or ReplayJobState.Stopped)) return;
        var result =
            $"{job.State.ToString().ToLowerInvariant()}: {job.Delivered} delivered, {job.Failed} failed, {job.Skipped} skipped, "
            + $"{(job.StillUnderWay > 0 ? $"{job.StillUnderWay} still under way, " : "")}{job.Left} left";
        var begun = await trail.BeginAsync(new Caller(job.StartedBy ?? job.By, null, null), "replay job ended", [], job.Why, job.Id);
        if (begun.TryGetRight(out var audited, out _)) await audited.EndAsync(result);
    }

    bool IsAway(ReplayJob job) =>
        runner.Slices.Any(s => job.Plan.Categories.Any(c => c.Category == s.Route.Category.Name) && s.Work.NeighbourAway());

    static JsonPatch? PatchOf(ReplayJob job)
    {
        if (job.Patch is null) return null;
        using var json = JsonDocument.Parse(job.Patch);
        return JsonPatch.Parse(json.RootElement).Match(
            Right: patch => patch,
            Left: fault => throw new InvalidOperationException($"the job's patch cannot be read: {fault}"));
    }
}
