using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>The jobs that this process runs: each under a lease, and changed in Redis only while it has that.</summary>
sealed class LeasedJobs(RedisReplayJobs jobs, TimeProvider clock, ILogger log)
{
    static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(10);

    readonly string process = Guid.CreateVersion7().ToString("N");

    public ActiveJobs Active { get; } = new();

    public async Task<bool> TryTakeAsync(string id) =>
        (await jobs.TakeLeaseAsync(id, process)).TryGetRight(out var taken, out _) && taken;

    public Task GiveBackAsync(string id) => jobs.GiveLeaseBackAsync(id, process);

    public Task RenewAsync(string id) => jobs.RenewLeaseAsync(id, process);

    /// <summary>Renews the job's lease for as long as the work lasts.</summary>
    public async Task<T> RenewedAsync<T>(string id, Task<T> work)
    {
        using var ended = new CancellationTokenSource();
        while (await Task.WhenAny(work, Task.Delay(RenewalInterval, clock, ended.Token)) != work) await RenewAsync(id);
        await ended.CancelAsync();
        return await work;
    }

    /// <summary>Changes the job, trying again while the store is away.</summary>
    /// <returns>Null where this process has the job no more, or is to stop before the store answers.</returns>
    public async Task<ReplayJob?> KeepAsync(string id, Func<ReplayJob, ReplayJob> change, CancellationToken stopping)
    {
        while (true)
        {
            var kept = await jobs.ChangeAsync(id, process, job => change(job));
            if (kept.TryGetRight(out var job, out var fault))
            {
                Active.Note(job);
                return job;
            }

            if (fault is not JobFault.StoreDown)
            {
                log.LogWarning(LogEvents.Named("replay-job.left"),
                    "replay job {Job}: this process stops running it: {Reason}", id, fault.Message);
                return null;
            }

            if (!await Delays.WaitAsync(StoreInterval, clock, stopping)) return null;
        }
    }
}
