using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Http.Pollers;

/// <summary>Pauses and resumes pollers, lastingly and in every process that runs them.</summary>
public sealed class PollerControl(
    IReadOnlyList<Slice> slices, PausePort pauses, AuditTrail trail, TimeProvider clock, ILogger<PollerControl> log)
{
    static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(2);

    readonly Lock gate = new();
    readonly Dictionary<Slice, PauseNote?> unkept = [];
    int changes;

    public IReadOnlyList<Slice> Slices => slices;

    public Slice? Find(string name) => slices.FirstOrDefault(s => s.Name == name);

    /// <summary>Takes effect at once; true where a restart will keep it too.</summary>
    public Task<bool> SetPauseAsync(Slice slice, Caller caller, bool paused) =>
        AuditedAsync(slice, caller, paused ? "pause poller" : "resume poller", async () =>
        {
            var note = paused ? new PauseNote(caller.Actor, clock.GetUtcNow()) : null;
            var kept = await SetAsync(slice, note);
            log.LogInformation(
                LogEvents.Named("poller.ordered"), "{Poller}: {Change}{Kept}", slice.Name, paused ? $"paused by {caller.Actor}" : "resumed",
                kept.IsRight ? "" : "; a restart will not know");
            return kept.IsRight;
        });

    public Task PollNowAsync(Slice slice, Caller caller) =>
        AuditedAsync(slice, caller, "poll now", () =>
        {
            slice.Loop.PollNow();
            return Task.FromResult(true);
        });

    /// <summary>A poller can be stopped while Redis is away: then the log alone has the audit's lines.</summary>
    async Task<bool> AuditedAsync(Slice slice, Caller caller, string action, Func<Task<bool>> act)
    {
        var begun = await trail.BeginAsync(caller, action, [slice.Name]);
        var kept = await act();
        if (begun.TryGetRight(out var audited, out _)) await audited.EndAsync(kept ? "done" : "done, but a restart will not know");
        return kept;
    }

    /// <summary>
    /// Learns what was paused before the first poll; waits for Redis where it must. What somebody has ordered here meanwhile stays.
    /// False when told to stop first.
    /// </summary>
    public async Task<bool> RestoreAsync(CancellationToken stopping)
    {
        var told = false;
        while (true)
        {
            int before;
            lock (gate) before = changes;
            if ((await pauses.Load()).TryGetRight(out var notes, out var failure))
            {
                foreach (var slice in slices.Where(s => !IsUnkept(s))) slice.Loop.SetPause(notes.GetValueOrDefault(slice.Name));
                lock (gate)
                {
                    if (changes == before) return true;
                }

                continue;
            }

            if (!told) log.LogWarning(LogEvents.Named("poller.pauses-unknown"),
                "no poll before Redis has told which pollers are paused: {Reason}", failure.Message);
            told = true;
            if (!await Delays.WaitAsync(RetryInterval, clock, stopping)) return false;
        }
    }

    /// <summary>Heeds what operators told another process. What could not be kept of their words here is kept first.</summary>
    public async Task FollowAsync(CancellationToken stopping)
    {
        while (await Delays.WaitAsync(FollowInterval, clock, stopping))
        {
            KeyValuePair<Slice, PauseNote?>[] late;
            lock (gate) late = [.. unkept];
            foreach (var (slice, note) in late) await KeepAsync(slice, note);
            int before;
            lock (gate) before = changes;
            if (!(await pauses.Load()).TryGetRight(out var notes, out _)) continue;
            foreach (var slice in slices.Where(s => s.Loop.Status.Pause != notes.GetValueOrDefault(s.Name) && IsSettled(s, before)))
                slice.Loop.SetPause(notes.GetValueOrDefault(slice.Name));
        }
    }

    /// <summary>Where somebody spoke meanwhile, what was read may be older.</summary>
    bool IsSettled(Slice slice, int before)
    {
        lock (gate) return changes == before && !unkept.ContainsKey(slice);
    }

    bool IsUnkept(Slice slice)
    {
        lock (gate) return unkept.ContainsKey(slice);
    }

    Task<Either<StoreFailure, Unit>> SetAsync(Slice slice, PauseNote? note)
    {
        lock (gate)
        {
            changes++;
            unkept[slice] = note;
        }

        slice.Loop.SetPause(note);
        return KeepAsync(slice, note);
    }

    async Task<Either<StoreFailure, Unit>> KeepAsync(Slice slice, PauseNote? note)
    {
        var kept = await pauses.Set(slice.Name, note);
        lock (gate)
        {
            changes++;
            if (kept.IsRight && unkept.TryGetValue(slice, out var last) && last == note) unkept.Remove(slice);
        }

        return kept;
    }
}
