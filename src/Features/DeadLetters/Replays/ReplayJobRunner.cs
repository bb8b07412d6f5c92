using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
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
    /// <summary>Letters of one job under way at a time.</summary>
    const int AtOnce = 32;

    /// <summary>A job of so many letters asks only for the shards that they are of; a larger one for all of its flows.</summary>
    const int FewLetters = 32;

    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);
    static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(10);

    readonly JobFlows flows = new(runner.Slices);
    readonly string process = Guid.CreateVersion7().ToString("N");
    readonly ConcurrentDictionary<string, (ReplayJobState State, int Left)> active = new(StringComparer.Ordinal);
    TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Active jobs by state, as this process last saw them.</summary>
    public IReadOnlyDictionary<string, int> Counts => new[] { ReplayJobState.Canary, ReplayJobState.Running, ReplayJobState.Paused }
        .ToDictionary(s => s.ToString().ToLowerInvariant(), s => active.Values.Count(job => job.State == s), StringComparer.Ordinal);

    /// <summary>Of the active jobs: letters that they have not come to.</summary>
    public long LettersLeft => active.Values.Sum(job => (long)job.Left);

    /// <summary>A job was started, resumed, paused or cancelled: look now.</summary>
    public void Wake() => Volatile.Read(ref wake).TrySetResult();

    /// <summary>Returns when told to stop and the batches under way have ended; their jobs go on in the next process.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var running = new Dictionary<string, Task>(StringComparer.Ordinal);
        do
        {
            foreach (var (id, _) in running.Where(r => r.Value.IsCompleted).ToList()) running.Remove(id);
            if (!(await jobs.ActiveAsync()).TryGetRight(out var ids, out _)) continue;
            foreach (var id in active.Keys.Except(ids, StringComparer.Ordinal)) active.TryRemove(id, out _);
            foreach (var id in ids.Where(id => !running.ContainsKey(id))) running.Add(id, RunJobAsync(id, stopping));
        }
        while (await WaitAsync(LookInterval, stopping));

        await Task.WhenAll(running.Values);
    }

    async Task RunJobAsync(string id, CancellationToken stopping)
    {
        try
        {
            if (!(await jobs.GetAsync(id)).TryGetRight(out var seen, out _)) return;
            Note(seen);
            if (Rests(seen)) return;
            if (!(await FewLettersAsync(seen)).TryGetRight(out var letters, out _)) return;
            if (!await flows.AskAsync(seen, letters))
            {
                log.LogDebug(LogEvents.Named("replay-job.elsewhere"), "replay job {Job}: its letters' flows are held elsewhere", id);
                return;
            }

            if (!(await jobs.TakeLeaseAsync(id, process)).TryGetRight(out var taken, out _) || !taken) return;
            log.LogInformation(LogEvents.Named("replay-job.begun"),
                "replay job {Job}: {State}, {Left} of {Count} letters left", id, seen.State, seen.Left, seen.Plan.Count);
            await RunBatchesAsync(id, letters, stopping);
            await jobs.GiveLeaseBackAsync(id, process);
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("replay-job.bug"),
                bug, "replay job {Job}: failed unexpectedly; it is taken up again when its lease is over", id);
        }
    }

    /// <summary>None where they need not be known.</summary>
    async Task<Either<StoreFailure, Option<IReadOnlyCollection<DeadLetterKey>>>> FewLettersAsync(ReplayJob job)
    {
        if (job.Plan.Count > FewLetters || !flows.AreDivided(job)) return Option<IReadOnlyCollection<DeadLetterKey>>.None;
        var read = await jobs.KeysAsync(job.Id, [.. Enumerable.Range(0, job.Plan.Count)]);
        return read.Map(names => Option<IReadOnlyCollection<DeadLetterKey>>.Some(
            [.. names.Values.SelectMany(name => DeadLetterKey.Parse(name).RightToArray())]));
    }

    ReplayJob Note(ReplayJob job)
    {
        if (job.IsActive) active[job.Id] = (job.State, job.Left);
        else active.TryRemove(job.Id, out _);
        return job;
    }

    bool Rests(ReplayJob job) => ReplayJobDecisions.Next(job, clock.GetUtcNow(), away: false) is JobStep.Rest;

    async Task RunBatchesAsync(string id, Option<IReadOnlyCollection<DeadLetterKey>> letters, CancellationToken stopping)
    {
        if (await KeepAsync(id, ReplayJobDecisions.TakeUp, stopping) is not { } job) return;
        var patch = PatchOf(job);
        while (!stopping.IsCancellationRequested)
        {
            if (!flows.AreHeld(job, letters))
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
                    await WaitAsync(wait < LookInterval ? wait : LookInterval, stopping);
                    if (wait < LookInterval) break;
                    if (await KeepAsync(id, seen => seen, stopping) is not { } still) return;
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

    /// <summary>Null where this process has the job no more, or is to stop before the store answers.</summary>
    async Task<ReplayJob?> RunBatchAsync(ReplayJob job, int count, JsonPatch? patch, CancellationToken stopping)
    {
        IReadOnlyList<JobItem> items = [];
        var begun = await KeepAsync(
            job.Id,
            seen =>
            {
                // Somebody may have paused or cancelled it since.
                (var begun, items) = Rests(seen) ? (seen, []) : ReplayJobDecisions.Begin(seen, count, clock.GetUtcNow());
                return begun;
            },
            stopping);
        if (begun is null || items.Count == 0) return begun;
        var results = await RenewedAsync(job.Id, ReplayAllAsync(begun, items, patch));
        return await KeepAsync(job.Id, seen => ReplayJobDecisions.Apply(seen, results, clock.GetUtcNow()), stopping);
    }

    /// <summary>One that cannot be looked at now stays as it is.</summary>
    async Task<ReplayJob?> FollowAsync(ReplayJob job, CancellationToken stopping)
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

        await jobs.RenewLeaseAsync(job.Id, process);
        return await KeepAsync(job.Id, seen => ReplayJobDecisions.Apply(seen, results, clock.GetUtcNow()), stopping);
    }

    /// <summary>Null where its flow has no such look, or is none of this process's.</summary>
    async Task<ReplayOutcome?> FollowAsync(string name) =>
        DeadLetterKey.Parse(name).TryGetRight(out var key, out _)
        && runner.Slices.FirstOrDefault(s => s.Route.Category == key.Category)?.Work.Follow is { } follow
            ? await follow(key)
            : null;

    async Task<IReadOnlyList<JobResult>> ReplayAllAsync(ReplayJob job, IReadOnlyList<JobItem> items, JsonPatch? patch)
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

    async Task<T> RenewedAsync<T>(string id, Task<T> batch)
    {
        using var ended = new CancellationTokenSource();
        while (await Task.WhenAny(batch, Task.Delay(RenewalInterval, clock, ended.Token)) != batch)
            await jobs.RenewLeaseAsync(id, process);
        await ended.CancelAsync();
        return await batch;
    }

    /// <summary>Changes the job, trying again while the store is away.</summary>
    async Task<ReplayJob?> KeepAsync(string id, Func<ReplayJob, ReplayJob> change, CancellationToken stopping)
    {
        while (true)
        {
            var kept = await jobs.ChangeAsync(id, process, job => change(job));
            if (kept.TryGetRight(out var job, out var fault)) return Note(job);
            if (fault is not JobFault.StoreDown)
            {
                log.LogWarning(LogEvents.Named("replay-job.left"),
                    "replay job {Job}: this process stops running it: {Reason}", id, fault.Message);
                return null;
            }

            if (!await Delays.WaitAsync(StoreInterval, clock, stopping)) return null;
        }
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

    async Task<bool> WaitAsync(TimeSpan wait, CancellationToken stopping)
    {
        var woken = Volatile.Read(ref wake).Task;
        if (woken.IsCompleted) Volatile.Write(ref wake, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (woken.IsCompleted || stopping.IsCancellationRequested) return !stopping.IsCancellationRequested;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(woken, Delays.WaitAsync(wait, clock, ending.Token));
        await ending.CancelAsync();
        return !stopping.IsCancellationRequested;
    }
}
