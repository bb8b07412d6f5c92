using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Host.Pollers;

/// <summary>Pauses and resumes pollers, lastingly.</summary>
public sealed class PollerDesk(IReadOnlyList<Slice> slices, PausePort pauses, TimeProvider clock, ILogger<PollerDesk> log)
{
    static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    public IReadOnlyList<Slice> Slices => slices;

    public Slice? Find(string name) => slices.FirstOrDefault(s => s.Name == name);

    /// <summary>Takes effect at once; true where a restart will keep it too.</summary>
    public async Task<bool> SetPauseAsync(Slice slice, string? by)
    {
        var note = by is null ? null : new PauseNote(by, clock.GetUtcNow());
        slice.Loop.SetPause(note);
        var kept = await pauses.Set(slice.Name, note);
        log.LogInformation(
            "{Poller}: {Change}{Kept}", slice.Name, by is null ? "resumed" : $"paused by {by}", kept.IsRight ? "" : "; a restart will not know");
        return kept.IsRight;
    }

    /// <summary>Learns what was paused before the first poll; waits for Redis where it must. False when told to stop first.</summary>
    public async Task<bool> RestoreAsync(CancellationToken stopping)
    {
        var told = false;
        while (true)
        {
            if ((await pauses.Load()).Succeeded(out var notes, out var failure))
            {
                foreach (var slice in slices) slice.Loop.SetPause(notes.GetValueOrDefault(slice.Name));
                return true;
            }

            if (!told) log.LogWarning("no poll before Redis has told which pollers are paused: {Reason}", failure.Message);
            told = true;
            if (!await Pauses.WaitAsync(RetryInterval, clock, stopping)) return false;
        }
    }
}
