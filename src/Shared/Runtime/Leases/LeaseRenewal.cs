using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>Lengthens a lease's life in Redis for as long as it is held.</summary>
sealed class LeaseRenewal(FlowShard flow, LeasePort port, LeaseTimes times, TimeProvider clock, ILogger log)
{
    /// <param name="lose">Told, with the reason, when it is this process's no more.</param>
    public async Task RunAsync(LeaseTerm term, Action<string> lose)
    {
        try
        {
            var ended = term.Ended;
            var wait = LeaseTimes.RenewalInterval;
            while (await Delays.WaitAsync(wait, clock, ended))
            {
                var askedAt = ClockReading.Now(clock);
                if (!(await port.Renew(term.Text, times.Life)).TryGetRight(out var renewed, out var failure))
                {
                    wait = LeaseTimes.RetryInterval;
                    if (term.Remaining(times, clock) <= TimeSpan.Zero) lose($"it could not be renewed in time: {failure.Message}");
                    continue;
                }

                wait = LeaseTimes.RenewalInterval;
                if (renewed) term.NoteProven(askedAt);
                else lose("Redis has it no more, or another process took it");
            }
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("lease.bug"), bug, "renewing the flow '{Flow}' failed unexpectedly", flow);
            lose($"internal error: {bug.GetType().Name}");
        }
    }
}
