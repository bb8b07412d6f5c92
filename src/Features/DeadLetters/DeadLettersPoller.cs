using Hobom.Slices.Runtime;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters;

/// <summary>Keeps the index in line with letters that expired, and with those that other programs write.</summary>
public sealed class DeadLettersPoller(RedisDeadLetterStore store, TimeProvider clock, ILogger<DeadLettersPoller> log)
{
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    static readonly TimeSpan IntervalWhileDown = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan wait;
        do
        {
            var reconciled = await store.ReconcileAsync();
            wait = reconciled.IsRight ? Interval : IntervalWhileDown;
            reconciled.IfRight(Tell);
        }
        while (await Pauses.WaitAsync(wait, clock, stopping));
    }

    void Tell(Reconciliation seen)
    {
        if (seen.Added > 0 || seen.Removed > 0 || seen.Foreign > 0)
            log.LogInformation(
                "dead letters: {Letters} in store; {Added} of other writers indexed, {Removed} expired, {Foreign} keys that are none",
                seen.Letters, seen.Added, seen.Removed, seen.Foreign);
    }
}
